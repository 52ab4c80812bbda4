internal import AgBase

/// A SHA-256 value: 32 bytes, compared and hashed as such.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32
    package let bytes: [UInt8]

    /// - Precondition: there are 32 of them; our own code never hands over others.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "A SHA-256 value has 32 bytes, got \(bytes.count)")
        self.bytes = bytes
    }

    /// Reads 64 hexadecimal digits in any case; `nil` for anything else.
    package init?(hex text: some StringProtocol) {
        guard let bytes = Hex.decode(text), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
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
        let digest = unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            var hasher = SHA256Hasher()
            unsafe hasher.update(UnsafeRawBufferPointer(bytes))
            return hasher.finish()
        }
        return digest ?? of(text.utf8)
    }
}
