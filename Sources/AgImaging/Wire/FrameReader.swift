/// Takes a message apart. Both ends read it as if the other were an enemy: a child may have been taken over.
struct FrameReader {
    /// Lists and texts longer than any message of ours are refused before anything is made for them.
    private static let longestList = 64
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Throws unless every byte has been read.
    func finish() throws(MalformedFrame) {
        guard position == bytes.count else { throw MalformedFrame() }
    }

    mutating func byte() throws(MalformedFrame) -> UInt8 {
        guard position < bytes.count else { throw MalformedFrame() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func bool() throws(MalformedFrame) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw MalformedFrame()
        }
    }

    mutating func int64() throws(MalformedFrame) -> Int64 {
        guard bytes.count - position >= 8 else { throw MalformedFrame() }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += 8
        return Int64(bitPattern: value)
    }

    /// A number that stands for a length, a count or a size.
    mutating func count(upTo limit: Int = .max) throws(MalformedFrame) -> Int {
        guard let value = Int(exactly: try int64()), value >= 0, value <= limit else { throw MalformedFrame() }
        return value
    }

    mutating func double() throws(MalformedFrame) -> Double {
        let value = Double(bitPattern: UInt64(bitPattern: try int64()))
        guard value.isFinite else { throw MalformedFrame() }
        return value
    }

    mutating func data() throws(MalformedFrame) -> [UInt8] {
        let length = try count()
        guard length <= bytes.count - position else { throw MalformedFrame() }
        defer { position += length }
        return Array(bytes[position..<position + length])
    }

    mutating func text() throws(MalformedFrame) -> String { String(decoding: try data(), as: UTF8.self) }

    mutating func optional<Value>(
        _ read: (inout FrameReader) throws(MalformedFrame) -> Value
    ) throws(MalformedFrame) -> Value? {
        try bool() ? try read(&self) : nil
    }

    mutating func list<Value>(
        _ read: (inout FrameReader) throws(MalformedFrame) -> Value
    ) throws(MalformedFrame) -> [Value] {
        var values: [Value] = []
        for _ in 0..<(try count(upTo: Self.longestList)) { values.append(try read(&self)) }
        return values
    }

    /// One of the cases of a text enum.
    mutating func choice<Value: RawRepresentable<String>>(_ type: Value.Type) throws(MalformedFrame) -> Value {
        guard let value = Value(rawValue: try text()) else { throw MalformedFrame() }
        return value
    }
}

/// A message that no honest peer of this version sends.
struct MalformedFrame: Error, Equatable {}
