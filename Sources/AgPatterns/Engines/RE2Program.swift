internal import CRE2

/// A pattern of RE2: it decides in time in proportion to the text, whatever the pattern.
@safe final class RE2Program: Sendable {
    /// Bytes for one pattern. RE2 refuses what compiles to more.
    static let memory: Int64 = 4 << 20

    // Made once, freed once, and RE2 takes calls of all threads.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// Throws RE2's own words.
    init(_ text: String) throws(EngineRefusal) {
        var reason = [CChar](repeating: 0, count: 200)
        let bytes = Array(text.utf8)
        let made = unsafe bytes.withUnsafeBytes { raw in
            unsafe cre2_compile(
                raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count, Self.memory, &reason, reason.count)
        }
        guard let made = unsafe made else { throw EngineRefusal(reason) }
        unsafe handle = made
    }

    deinit { unsafe cre2_free(handle) }

    func matches(_ text: PatternText) -> Bool {
        unsafe text.bytes.withUnsafeBytes { raw in
            unsafe cre2_matches(handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count) == 1
        }
    }
}

/// Why an engine does not take a pattern, in its own words.
struct EngineRefusal: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    init(_ reason: [CChar]) {
        self.reason = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Many patterns of RE2 that one pass over a text decides.
@safe final class RE2Set: Sendable {
    /// Bytes for the set and its states.
    private static let memory: Int64 = 64 << 20

    // Filled in init, freed once, and RE2 takes calls of all threads.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let count: Int

    /// `nil` when the patterns do not fit into the memory of one set. Each of them has been compiled alone before.
    init?(_ texts: [String]) {
        guard let made = unsafe cre2_set_make(Self.memory) else { return nil }
        unsafe handle = made
        count = texts.count
        for (number, text) in texts.enumerated() {
            guard unsafe Self.add(text, to: made) == number else { return nil }
        }
        guard unsafe cre2_set_compile(made) == 1 else { return nil }
    }

    deinit { unsafe cre2_set_free(handle) }

    private static func add(_ text: String, to set: OpaquePointer) -> Int {
        var reason = [CChar](repeating: 0, count: 200)
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe Int(
                cre2_set_add(
                    set, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count, &reason, reason.count))
        }
    }

    /// The numbers of the patterns that match, ascending; `nil` when the states do not fit into the memory, which says nothing.
    func matches(_ text: PatternText) -> [Int]? {
        unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { found in
            let matches = unsafe text.bytes.withUnsafeBytes { raw in
                unsafe cre2_set_match(
                    handle, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count, found.baseAddress, count)
            }
            guard matches >= 0 else { return nil }
            return unsafe found.prefix(matches).map { Int($0) }
        }
    }
}
