internal import CPCRE

/// A pattern of PCRE2: for what looks around and refers back. It goes back and tries again, so its steps are counted.
@safe final class PCREProgram: Sendable {
    /// Steps for one text. About a hundredth of a second.
    private static let mostSteps: UInt32 = 500_000
    private static let mostDepth: UInt32 = 50_000
    /// In KiB.
    private static let mostHeap: UInt32 = 16 << 10

    // Compiled once, freed once; a compiled pattern is never changed, so all threads may match with it.
    private nonisolated(unsafe) let code: OpaquePointer
    // Set up in init, and only read by matches.
    private nonisolated(unsafe) let limits: OpaquePointer

    init(_ text: String) throws(EngineRefusal) {
        let units = Array(text.utf16)
        var number: Int32 = 0
        var offset = 0
        // Without UTF each code unit is a character, as in JavaScript without the flag `u`.
        let options = UInt32(PCRE2_MATCH_UNSET_BACKREF) | UInt32(PCRE2_NEVER_UTF) | UInt32(PCRE2_NEVER_UCP)
        let compiled = unsafe pcre2_compile_16(units, units.count, options, &number, &offset, nil)
        guard let compiled = unsafe compiled else { throw EngineRefusal(Self.message(number)) }
        guard let context = unsafe pcre2_match_context_create_16(nil) else {
            unsafe pcre2_code_free_16(compiled)
            throw EngineRefusal("no memory")
        }
        unsafe pcre2_set_match_limit_16(context, Self.mostSteps)
        unsafe pcre2_set_depth_limit_16(context, Self.mostDepth)
        unsafe pcre2_set_heap_limit_16(context, Self.mostHeap)
        unsafe (code, limits) = (compiled, context)
    }

    deinit {
        unsafe pcre2_match_context_free_16(limits)
        unsafe pcre2_code_free_16(code)
    }

    /// Throws when the limits do not allow an answer.
    func matches(_ text: PatternText) throws(PatternLimit) -> Bool {
        guard let data = unsafe pcre2_match_data_create_16(1, nil) else { throw PatternLimit(reason: "no memory") }
        defer { unsafe pcre2_match_data_free_16(data) }
        let result = unsafe pcre2_match_16(code, text.units, text.units.count, 0, 0, data, limits)
        // Zero: matched, and there is no room for what the groups matched.
        if result >= 0 { return true }
        guard result == PCRE2_ERROR_NOMATCH else { throw PatternLimit(reason: Self.message(result)) }
        return false
    }

    private static func message(_ number: Int32) -> String {
        var text = [UInt16](repeating: 0, count: 200)
        let length = unsafe pcre2_get_error_message_16(number, &text, text.count)
        return String(decoding: text.prefix(Int(max(0, length))), as: UTF16.self)
    }
}

/// A pattern took more steps for a text than one may take: whether it matches is not known.
package struct PatternLimit: Error, Sendable, Equatable {
    /// The engine's words.
    package let reason: String
}
