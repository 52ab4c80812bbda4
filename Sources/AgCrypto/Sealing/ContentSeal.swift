/// What one content was sealed with: the key and nonce that were made for it, and the tag that came out.
///
/// A seal is only made by sealing, with a key and nonce that were never used before. Once it is made it opens that content and
/// seals that content again, to the same bytes; another content is refused. So no key and nonce meet two contents.
package struct ContentSeal: Sendable {
    package let key: SecretBytes
    package let nonce: [UInt8]
    package let tag: [UInt8]

    /// A seal that was stored. `nil` unless the lengths are right.
    package init?(key: SecretBytes, nonce: [UInt8], tag: [UInt8]) {
        guard key.count == AES256GCM.keyByteCount, nonce.count == AES256GCM.nonceByteCount,
            tag.count == AES256GCM.tagByteCount
        else { return nil }
        (self.key, self.nonce, self.tag) = (key, nonce, tag)
    }

    fileprivate init(_ once: OneTimeKey, tag: [UInt8]) {
        (key, nonce, self.tag) = (once.key, once.nonce, tag)
    }

    /// Seals `prefix` and `content` as one message into `out`, which has room for both.
    package static func seal(
        prefix: [UInt8] = [], _ content: RawSpan, into out: inout MutableRawSpan
    ) -> ContentSeal {
        let once = OneTimeKey()
        return ContentSeal(once, tag: run(once.key, once.nonce, prefix, content, &out))
    }

    /// Writes the message to the begin of `out`; or zeros, and throws `notAuthentic`.
    package func open(_ sealed: RawSpan, into out: inout MutableRawSpan) throws(SealError) {
        try AES256GCM.open(sealed, tag: tag, key: key, nonce: nonce, into: &out)
    }

    /// Seals the same message again, to the same bytes. Another one leaves zeros, and throws `contentChanged`.
    package func reseal(
        prefix: [UInt8] = [], _ content: RawSpan, into out: inout MutableRawSpan
    ) throws(SealError) {
        guard isEqualInConstantTime(Self.run(key, nonce, prefix, content, &out), tag) else {
            out.wipe()
            throw .contentChanged
        }
    }

    private static func run(
        _ key: SecretBytes, _ nonce: [UInt8], _ prefix: [UInt8], _ content: RawSpan, _ out: inout MutableRawSpan
    ) -> [UInt8] {
        precondition(prefix.count + content.byteCount <= out.byteCount, "The message does not fit.")
        var cipher = GCMCipher(.seal, key: key, nonce: nonce)
        cipher.update(unsafe prefix.span.bytes, into: &out)
        cipher.update(content, into: &out, at: prefix.count)
        return cipher.tag()
    }
}

/// A content that is sealed while it streams.
package struct ContentSealer: ~Copyable {
    private var cipher: GCMCipher
    private let once: OneTimeKey
    /// What the end must show, when the content was sealed before.
    private let expected: ContentSeal?

    /// With a key and nonce of its own.
    package init() {
        once = OneTimeKey()
        expected = nil
        cipher = GCMCipher(.seal, key: once.key, nonce: once.nonce)
    }

    /// The content of `seal` again.
    ///
    /// - Important: `finish` tells whether it was that content, when its pieces are long gone. Only give bytes that are stored under
    ///   a name that is never used twice, and end the answer short of its length when `finish` throws.
    package init(again seal: ContentSeal) {
        once = OneTimeKey(of: seal)
        expected = seal
        cipher = GCMCipher(.seal, key: seal.key, nonce: seal.nonce)
    }

    /// Writes the ciphertext of the next piece, which is as long, to the begin of `out`.
    package mutating func update(_ piece: RawSpan, into out: inout MutableRawSpan) {
        cipher.update(piece, into: &out)
    }

    /// Throws `contentChanged` when this was not the content that was sealed before.
    package consuming func finish() throws(SealError) -> ContentSeal {
        let (once, expected) = (once, expected)
        let tag = cipher.tag()
        guard let expected else { return ContentSeal(once, tag: tag) }
        guard isEqualInConstantTime(tag, expected.tag) else { throw .contentChanged }
        return expected
    }
}

extension OneTimeKey {
    fileprivate init(of seal: ContentSeal) {
        (key, nonce) = (seal.key, seal.nonce)
    }
}
