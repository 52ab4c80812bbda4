import Glibc

/// A file's bytes, where every access is checked and what lies outside answers `nil`.
///
/// It is lent for the length of one call; nothing keeps it.
@safe struct ByteView {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = unsafe bytes
    }

    var count: Int { unsafe bytes.count }

    /// Numbers of the file are in one of two orders.
    enum Order {
        case big
        case little
    }

    subscript(index: Int) -> UInt8? {
        index >= 0 && index < count ? unsafe bytes[index] : nil
    }

    /// `length` bytes at `offset` as a number; at most seven, so that it fits and is never negative.
    func number(at offset: Int, _ length: Int, _ order: Order = .big) -> Int? {
        guard holds(offset, length), length <= 7 else { return nil }
        var value = 0
        for index in 0..<length {
            let place = order == .big ? index : length - 1 - index
            value = value << 8 | Int(unsafe bytes[offset + place])
        }
        return value
    }

    func matches(_ text: StaticString, at offset: Int) -> Bool {
        guard holds(offset, text.utf8CodeUnitCount) else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe bytes[offset + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// Whether `length` bytes at `offset` are all there. Neither sum nor sign can trick it.
    func holds(_ offset: Int, _ length: Int) -> Bool {
        offset >= 0 && length >= 0 && offset <= count && length <= count - offset
    }

    /// The part of the file from `offset`, cut at its end.
    func slice(_ range: Range<Int>) -> ByteView? {
        guard holds(range.lowerBound, range.count) else { return nil }
        return unsafe ByteView(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    /// A copy of at most `length` bytes.
    func copy(at offset: Int, _ length: Int) -> [UInt8] {
        guard offset >= 0, offset < count, length > 0 else { return [] }
        return unsafe Array(bytes[offset..<offset + min(length, count - offset)])
    }

    /// Where `byte` comes next, or `nil`. As fast as memory.
    func next(_ byte: UInt8, from offset: Int) -> Int? {
        guard offset >= 0, offset < count, let base = unsafe bytes.baseAddress else { return nil }
        guard let found = unsafe memchr(base + offset, Int32(byte), count - offset) else { return nil }
        return unsafe UnsafeRawPointer(found) - base
    }
}
