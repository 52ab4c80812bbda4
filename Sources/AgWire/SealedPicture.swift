package import AgCrypto

/// A picture in the form that both wires carry: one AES-256-GCM message of format byte and picture.
package enum SealedPicture {
    package static let formatByteCount = 1

    /// With a key and nonce of its own. Writes one byte more than the picture has to the begin of `out`.
    package static func seal(_ picture: RawSpan, format: UInt8, into out: inout MutableRawSpan) -> ContentSeal {
        ContentSeal.seal(prefix: [format], picture, into: &out)
    }

    /// The same picture again, to the same bytes. Throws `SealError.contentChanged` for another one, and leaves zeros.
    package static func reseal(
        _ picture: RawSpan, format: UInt8, as seal: ContentSeal, into out: inout MutableRawSpan
    ) throws(SealError) {
        try seal.reseal(prefix: [format], picture, into: &out)
    }

    /// Format byte and picture, or `SealError.notAuthentic` and `WireRefusal.unknownFormat`.
    package static func open(
        _ sealed: RawSpan, with seal: ContentSeal, formats: FormatBytes = .usual
    ) throws -> (format: UInt8, picture: [UInt8]) {
        var message = [UInt8](repeating: 0, count: sealed.byteCount)
        try message.withMutableBytes { (out: inout MutableRawSpan) throws(SealError) in
            try seal.open(sealed, into: &out)
        }
        guard let format = message.first, formats.name(of: format) != nil else { throw WireRefusal.unknownFormat }
        message.removeFirst()
        return (format, message)
    }
}
