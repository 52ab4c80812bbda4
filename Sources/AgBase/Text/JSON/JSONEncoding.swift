extension JSONText {
    /// The JSON text of a value, without blanks: members in the order in which the type writes them, infinity and NaN as null.
    ///
    /// Written as the value says it, without a tree in between: answers cost no more than they did by hand.
    package static func of(_ value: some Encodable) throws -> String {
        String(decoding: try bytes(of: value), as: UTF8.self)
    }

    /// The same as the bytes of an answer.
    package static func bytes(of value: some Encodable) throws -> [UInt8] {
        let sheet = JSONSheet()
        try sheet.write(value, at: 0)
        return sheet.bytes
    }
}

/// The text as far as it is written, and the arrays and objects that are open at its end.
///
/// An encoder is not told when a container ends: it ends when something is written that does not belong into it.
private final class JSONSheet {
    private struct Level {
        let closing: UInt8
        var isEmpty = true
    }

    private(set) var bytes: [UInt8] = []
    private var levels: [Level] = []

    /// Writes a value into the container at `level`, or as the whole text at 0. One that writes nothing is an empty object.
    func write(_ value: some Encodable, at level: Int) throws {
        let start = bytes.count
        try value.encode(to: JSONPen(sheet: self, level: level))
        close(to: level)
        if bytes.count == start { append("{}") }
    }

    /// The object that the value at `level` is; opened, unless the value did so before.
    func object(at level: Int) -> Int { open(at: level, UInt8(ascii: "{"), UInt8(ascii: "}")) }
    func array(at level: Int) -> Int { open(at: level, UInt8(ascii: "["), UInt8(ascii: "]")) }

    private func open(at level: Int, _ opening: UInt8, _ closing: UInt8) -> Int {
        if levels.count > level {
            close(to: level + 1)
        } else {
            bytes.append(opening)
            levels.append(Level(closing: closing))
        }
        return level + 1
    }

    /// Ends what is open within the container at `level`.
    func close(to level: Int) {
        while levels.count > level { bytes.append(levels.removeLast().closing) }
    }

    /// Before an item of the array at `level`.
    func beginItem(at level: Int) {
        close(to: level)
        if levels[level - 1].isEmpty { levels[level - 1].isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
    }

    /// Before a member's value in the object at `level`.
    func beginMember(_ key: some CodingKey, at level: Int) {
        beginItem(at: level)
        write(key.stringValue)
        bytes.append(UInt8(ascii: ":"))
    }

    func write(_ string: String) { JSONText.append(string, to: &bytes) }
    func write(_ flag: Bool) { append(flag ? "true" : "false") }
    func write(_ number: some FixedWidthInteger) { append(String(number)) }
    func write(_ number: Double) { append(number.isFinite ? "\(number)" : "null") }
    func writeNull() { append("null") }

    private func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

/// Writes one value.
private struct JSONPen: Encoder, SingleValueEncodingContainer {
    let sheet: JSONSheet
    /// Of the container in which the value stands.
    let level: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONMemberPen(sheet: sheet, level: sheet.object(at: level)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONItemPen(sheet: sheet, level: sheet.array(at: level))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { sheet.writeNull() }
    func encode(_ value: Bool) { sheet.write(value) }
    func encode(_ value: String) { sheet.write(value) }
    func encode(_ value: Double) { sheet.write(value) }
    func encode(_ value: Float) { sheet.write(Double(value)) }
    func encode(_ value: Int) { sheet.write(value) }
    func encode(_ value: Int8) { sheet.write(value) }
    func encode(_ value: Int16) { sheet.write(value) }
    func encode(_ value: Int32) { sheet.write(value) }
    func encode(_ value: Int64) { sheet.write(value) }
    func encode(_ value: UInt) { sheet.write(value) }
    func encode(_ value: UInt8) { sheet.write(value) }
    func encode(_ value: UInt16) { sheet.write(value) }
    func encode(_ value: UInt32) { sheet.write(value) }
    func encode(_ value: UInt64) { sheet.write(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try sheet.write(value, at: level) }
}

/// Writes the members of one object.
private struct JSONMemberPen<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sheet: JSONSheet
    /// Of the object.
    let level: Int

    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: Key) -> JSONSheet {
        sheet.beginMember(key, at: level)
        return sheet
    }

    func encodeNil(forKey key: Key) { begin(key).writeNull() }
    func encode(_ value: Bool, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: String, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Double, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Float, forKey key: Key) { begin(key).write(Double(value)) }
    func encode(_ value: Int, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Int8, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Int16, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Int32, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: Int64, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: UInt, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: UInt8, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: UInt16, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: UInt32, forKey key: Key) { begin(key).write(value) }
    func encode(_ value: UInt64, forKey key: Key) { begin(key).write(value) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try begin(key).write(value, at: level)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        JSONPen(sheet: begin(key), level: level).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        JSONPen(sheet: begin(key), level: level).unkeyedContainer()
    }

    /// The members of a superclass stand among the others.
    func superEncoder() -> any Encoder { JSONPen(sheet: sheet, level: level - 1) }
    func superEncoder(forKey key: Key) -> any Encoder { JSONPen(sheet: begin(key), level: level) }
}

/// Writes the items of one array.
private struct JSONItemPen: UnkeyedEncodingContainer {
    let sheet: JSONSheet
    /// Of the array.
    let level: Int
    private(set) var count = 0

    init(sheet: JSONSheet, level: Int) {
        self.sheet = sheet
        self.level = level
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func begin() -> JSONSheet {
        count += 1
        sheet.beginItem(at: level)
        return sheet
    }

    mutating func encodeNil() { begin().writeNull() }
    mutating func encode(_ value: Bool) { begin().write(value) }
    mutating func encode(_ value: String) { begin().write(value) }
    mutating func encode(_ value: Double) { begin().write(value) }
    mutating func encode(_ value: Float) { begin().write(Double(value)) }
    mutating func encode(_ value: Int) { begin().write(value) }
    mutating func encode(_ value: Int8) { begin().write(value) }
    mutating func encode(_ value: Int16) { begin().write(value) }
    mutating func encode(_ value: Int32) { begin().write(value) }
    mutating func encode(_ value: Int64) { begin().write(value) }
    mutating func encode(_ value: UInt) { begin().write(value) }
    mutating func encode(_ value: UInt8) { begin().write(value) }
    mutating func encode(_ value: UInt16) { begin().write(value) }
    mutating func encode(_ value: UInt32) { begin().write(value) }
    mutating func encode(_ value: UInt64) { begin().write(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws { try begin().write(value, at: level) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        JSONPen(sheet: begin(), level: level).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONPen(sheet: begin(), level: level).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { JSONPen(sheet: begin(), level: level) }
}
