internal import AgBase

/// A SHA-256 value: 32 bytes, compared and hashed as such.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32
    /// In place, as they lie in memory: one with an array would be allocated, counted and freed for each request.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Precondition: there are 32 of them; our own code never hands over others.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "A SHA-256 value has 32 bytes, got \(bytes.count)")
        unsafe self.init { unsafe $0.copyBytes(from: bytes) }
    }

    /// - Parameter fill: writes all 32 bytes.
    init(_ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { unsafe fill($0) }
        self.words = words
    }

    package var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe [UInt8]($0) } }

    package static func == (a: SHA256Digest, b: SHA256Digest) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// Reads 64 hexadecimal digits in any case; `nil` for anything else.
    package init?(hex text: some StringProtocol) {
        guard let bytes = Hex.decode(text), bytes.count == Self.byteCount else { return nil }
        self.init(bytes)
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }
    package var description: String { hex }
}

extension SHA256Digest {
    /// The digest of bytes that are already in memory.
    package static func of(_ bytes: some Sequence<UInt8>) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(Array(bytes))
        return hasher.finish()
    }

    /// The digest of a text's UTF-8, without a copy of it where the text is in one piece.
    package static func of(_ text: String) -> SHA256Digest {
        let digest = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe of(UnsafeRawBufferPointer($0)) }
        return digest ?? of(text.utf8)
    }

    /// The digest of bytes where they lie.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hasher = SHA256Hasher()
        unsafe hasher.update(bytes)
        return hasher.finish()
    }
}
