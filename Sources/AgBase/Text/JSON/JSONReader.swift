extension JSONValue {
    /// Levels of arrays and objects; nothing that we read or write has ten.
    package static let usualDepth = 32

    /// Reads JSON as RFC 8259 has it and no more, in one pass: members keep their order and numbers their digits.
    ///
    /// Refused as well, because two readers could understand it in two ways: a second member of one name, lone
    /// surrogates, and texts with a NUL, which not every database can store.
    ///
    /// The time is in proportion to the length, whatever the bytes are; the caller limits the length.
    ///
    /// - Parameter depth: how deep arrays and objects may be nested; the stack grows with it.
    package init(json bytes: [UInt8], depth: Int = usualDepth) throws(JSONFault) {
        var reader = JSONReader(bytes, depth: depth)
        self = try reader.whole()
    }

    package init(json text: some StringProtocol, depth: Int = usualDepth) throws(JSONFault) {
        try self.init(json: Array(text.utf8), depth: depth)
    }
}

/// One pass over the bytes of a JSON text.
struct JSONReader {
    private let bytes: [UInt8]
    private var place = 0
    /// How many more levels may be opened.
    private var levels: Int
    private let depth: Int

    init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
        levels = depth
    }

    mutating func whole() throws(JSONFault) -> JSONValue {
        skipBlanks()
        let value = try value()
        skipBlanks()
        guard place == bytes.count else { throw fault(.trailingBytes) }
        return value
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        guard place < bytes.count else { throw fault(.endsTooEarly) }
        switch bytes[place] {
        case UInt8(ascii: "{"): return .object(try members())
        case UInt8(ascii: "["): return .array(try items())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault(.expected("a value"))
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let letters = "\(word)".utf8
        guard bytes[place...].starts(with: letters) else { throw fault(.expected("a value")) }
        place += letters.count
        return value
    }

    // MARK: Arrays and objects

    private mutating func items() throws(JSONFault) -> [JSONValue] {
        try open()
        var items: [JSONValue] = []
        if isClosed(by: "]") { return items }
        repeat {
            skipBlanks()
            items.append(try value())
        } while try goesOn("]", "a comma or ']'")
        return items
    }

    private mutating func members() throws(JSONFault) -> [JSONValue.Member] {
        try open()
        var members: [JSONValue.Member] = []
        var names = JSONNames()
        if isClosed(by: "}") { return members }
        repeat {
            skipBlanks()
            let start = place
            guard isNext("\"") else { throw fault(place < bytes.count ? .expected("a member's name") : .endsTooEarly) }
            let name = try string()
            guard names.insert(name) else { throw fault(.duplicateMember, at: start) }
            try colon()
            members.append(.init(name: name, value: try value()))
        } while try goesOn("}", "a comma or '}'")
        return members
    }

    private mutating func open() throws(JSONFault) {
        guard levels > 0 else { throw fault(.tooDeep(limit: depth)) }
        levels -= 1
        place += 1
    }

    /// Right behind the opening bracket: whether nothing is in it.
    private mutating func isClosed(by bracket: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard isNext(bracket) else { return false }
        place += 1
        levels += 1
        return true
    }

    /// Behind an item: true after a comma, false after the closing bracket.
    private mutating func goesOn(_ bracket: Unicode.Scalar, _ expected: String) throws(JSONFault) -> Bool {
        skipBlanks()
        guard place < bytes.count else { throw fault(.endsTooEarly) }
        defer { place += 1 }
        if isNext(",") { return true }
        guard isNext(bracket) else { throw fault(.expected(expected)) }
        levels += 1
        return false
    }

    private mutating func colon() throws(JSONFault) {
        skipBlanks()
        guard isNext(":") else { throw fault(place < bytes.count ? .expected("a colon") : .endsTooEarly) }
        place += 1
        skipBlanks()
    }

    // MARK: Numbers

    /// RFC 8259, section 6: no plus, no leading zeros, digits on both sides of the point.
    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = place
        if isNext("-") { place += 1 }
        if isNext("0") { place += 1 } else { try digits() }
        var isWhole = true
        if isNext(".") {
            isWhole = false
            place += 1
            try digits()
        }
        if isNext("e") || isNext("E") {
            isWhole = false
            place += 1
            if isNext("+") || isNext("-") { place += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        // Minus zero is whole, and yet another number than 0.
        if isWhole, text != "-0", let number = Int64(text) { return .int(number) }
        return .number(JSONNumber(checked: text))
    }

    /// One at least.
    private mutating func digits() throws(JSONFault) {
        let start = place
        while place < bytes.count, 48...57 ~= bytes[place] { place += 1 }
        if place == start { throw fault(place < bytes.count ? .expected("a digit") : .endsTooEarly) }
    }

    // MARK: Texts

    private mutating func string() throws(JSONFault) -> String {
        place += 1
        let start = place
        try passPlain()
        if isNext("\"") { return try text(bytes[start..<place], from: start) }
        var unescaped = Array(bytes[start..<place])
        while !isNext("\"") {
            try appendEscape(to: &unescaped)
            let run = place
            try passPlain()
            unescaped += bytes[run..<place]
        }
        return try text(unescaped[...], from: start)
    }

    /// Moves to the next quotation mark or backslash.
    private mutating func passPlain() throws(JSONFault) {
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            if byte < 0x20 { throw fault(byte == 0 ? .nul : .controlCharacter) }
            place += 1
        }
        throw fault(.endsTooEarly)
    }

    /// At the closing quotation mark, of a text that began at `start`.
    private mutating func text(_ unescaped: ArraySlice<UInt8>, from start: Int) throws(JSONFault) -> String {
        guard let text = String(validating: unescaped, as: UTF8.self) else {
            throw fault(.invalidUTF8, at: firstInvalid(from: start))
        }
        place += 1
        return text
    }

    private func firstInvalid(from start: Int) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes[start...].makeIterator()
        var offset = start
        while case .valid(let scalar) = parser.parseScalar(from: &rest) { offset += scalar.count }
        return offset
    }

    // MARK: Escapes

    private mutating func appendEscape(to text: inout [UInt8]) throws(JSONFault) {
        let start = place
        guard place + 1 < bytes.count else { throw fault(.endsTooEarly, at: bytes.count) }
        place += 2
        switch bytes[place - 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[place - 1])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += try scalar(from: start)
        default: throw fault(.invalidEscape, at: start)
        }
    }

    /// Behind `\u`: a scalar as UTF-8, of one escape or of a surrogate pair.
    private mutating func scalar(from start: Int) throws(JSONFault) -> UTF8.EncodedScalar {
        let first = try hexDigits(from: start)
        guard first != 0 else { throw fault(.nul, at: start) }
        var value = UInt32(first)
        if 0xD800...0xDBFF ~= first, bytes[place...].starts(with: #"\u"#.utf8) {
            place += 2
            let second = try hexDigits(from: place - 2)
            guard 0xDC00...0xDFFF ~= second else { throw fault(.loneSurrogate, at: start) }
            value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
            throw fault(.loneSurrogate, at: start)
        }
        return encoded
    }

    private mutating func hexDigits(from start: Int) throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard place < bytes.count else { throw fault(.endsTooEarly) }
            guard let digit = Hex.value(bytes[place]) else { throw fault(.invalidEscape, at: start) }
            value = value << 4 | UInt16(digit)
            place += 1
        }
        return value
    }

    // MARK: Steps

    private mutating func skipBlanks() {
        while place < bytes.count {
            let byte = bytes[place]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            place += 1
        }
    }

    private func isNext(_ scalar: Unicode.Scalar) -> Bool {
        place < bytes.count && bytes[place] == UInt8(truncatingIfNeeded: scalar.value)
    }

    private func fault(_ reason: JSONFault.Reason, at offset: Int? = nil) -> JSONFault {
        JSONFault(reason, at: offset ?? place, in: bytes)
    }
}

/// The names of one object's members so far. Few are compared, many are hashed, with a key of this process's own: names
/// that a client chose to collide cost no more than others.
private struct JSONNames {
    private static let few = 8

    private struct Name: Hashable {
        let text: String

        static func == (a: Name, b: Name) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var list: [Name] = []
    private var set: Set<Name> = []

    /// False when there is such a name already.
    mutating func insert(_ text: String) -> Bool {
        let name = Name(text: text)
        if !set.isEmpty { return set.insert(name).inserted }
        if list.contains(name) { return false }
        list.append(name)
        if list.count > Self.few { set = Set(list) }
        return true
    }
}
