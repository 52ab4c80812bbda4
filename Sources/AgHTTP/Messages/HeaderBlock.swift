import CMicrohttpd

/// The header fields of a received request in one stretch of memory, names in lower case.
@safe final class HeaderBlock: Sendable {
    // Never written after it was made; freed in deinit.
    nonisolated(unsafe) private let head: UnsafeMutablePointer<cmhd_head>

    /// Takes the memory over.
    init(adopting head: UnsafeMutablePointer<cmhd_head>) {
        unsafe self.head = unsafe head
    }

    deinit {
        unsafe cmhd_free_head(head)
    }

    var count: Int { unsafe Int(head.pointee.count) }

    /// Bytes of the connection's memory that the head takes up.
    var memory: Int { unsafe Int(head.pointee.memory) }

    /// Whether the head came in the one form that everybody reads alike.
    var isPlain: Bool { unsafe head.pointee.is_plain }

    var fields: [HTTPHeaders.Field] {
        (0..<count).map { HTTPHeaders.Field(name: text(nameRange($0)), value: text(valueRange($0))) }
    }

    func values(_ name: String, atMost limit: Int) -> [String] {
        guard mayHold(name) else { return [] }
        var found: [String] = []
        for index in 0..<count where isNamed(index, name) {
            found.append(text(valueRange(index)))
            if found.count == limit { break }
        }
        return found
    }

    func contains(_ name: String) -> Bool { mayHold(name) && (0..<count).contains { isNamed($0, name) } }

    /// Every request is asked for a dozen fields that it does not have.
    private func mayHold(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        return unsafe head.pointee.marks & cmhd_mark(name.utf8.count, ASCIICase.lower(first)) != 0
    }

    /// Whether all names are tokens and no value holds a control character other than a tab.
    var isWellFormed: Bool { unsafe head.pointee.is_well_formed }

    func contains(any names: KnownNames) -> Bool { unsafe head.pointee.known & names.rawValue != 0 }

    func repeats(any names: KnownNames) -> Bool { unsafe head.pointee.repeated & names.rawValue != 0 }

    /// Lends the first value of one name for one call.
    func withFirst<Value>(_ name: KnownNames, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        guard contains(any: name) else { return nil }
        let field = unsafe cmhd_first(head, name.number)
        return unsafe body(
            UnsafeRawBufferPointer(start: head.pointee.bytes + Int(field.value_start), count: Int(field.value_length)))
    }

    private func isNamed(_ index: Int, _ name: String) -> Bool {
        // Most comparisons end here.
        guard unsafe Int(head.pointee.fields[index].name_length) == name.utf8.count else { return false }
        return unsafe zip(bytes(nameRange(index)), name.utf8).allSatisfy { $0 == ASCIICase.lower($1) }
    }

    private func nameRange(_ index: Int) -> Range<Int> {
        let field = unsafe head.pointee.fields[index]
        return Int(field.name_start)..<Int(field.name_start) + Int(field.name_length)
    }

    private func valueRange(_ index: Int) -> Range<Int> {
        let field = unsafe head.pointee.fields[index]
        return Int(field.value_start)..<Int(field.value_start) + Int(field.value_length)
    }

    private func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: head.pointee.bytes + range.lowerBound, count: range.count)
    }

    private func text(_ range: Range<Int>) -> String {
        unsafe String(decoding: bytes(range), as: UTF8.self)
    }
}
