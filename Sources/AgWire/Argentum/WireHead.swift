package import AgCrypto

/// What the server vouches for about one sealed picture: its token, its ciphertext, and the key to it in a box.
///
/// It is signed once per state of a picture, stands before the ciphertext in an answer, and is part of a record. The ciphertext is the
/// one of `SealedPicture`, with no tag of its own here: the tag is in the box, and the box is bound to id, variant and token. One
/// key and nonce with two different bindings would give the authentication key of GCM away.
///
/// Format: docs/formats/wire.md, “Head”.
package struct WireHead: Sendable, Hashable {
    package static let byteCount = 238
    static let signedByteCount = byteCount - VerifyingKey.signatureByteCount
    private static let purpose = "argentum wire 1"
    private static let sealByteCount = AES256GCM.keyByteCount + AES256GCM.nonceByteCount + AES256GCM.tagByteCount
    private static let boxRange = 58..<58 + sealByteCount + SaltedBox.overhead

    package let bytes: [UInt8]
    package let token: WireToken
    /// Milliseconds since 1970.
    package let signedAt: Int64
    /// Of the ciphertext.
    package let bodyLength: Int64
    package let bodyDigest: SHA256Digest

    /// Binds the seal to the subject and token, and signs.
    /// - Parameter recordKey: Of `RecordKeys`, for this subject.
    package init(
        of subject: WireSubject, token: WireToken, milliseconds now: Int64, seal: ContentSeal, bodyLength: Int64,
        bodyDigest: SHA256Digest, recordKey: SecretBytes, signingKey: SigningKey
    ) {
        let box = SaltedBox.seal(
            Self.secret(of: seal), under: recordKey, purpose: Self.purpose, boundTo: subject.bytes + token.bytes)
        let signed =
            WireFrame.begin(.full, token, now) + LittleEndian.bytes(UInt64(bodyLength)) + bodyDigest.bytes + box
            + signingKey.verifyingKey.id
        bytes = signed + signingKey.sign(WireFrame.message(subject, signed))
        self.token = token
        signedAt = now
        self.bodyLength = bodyLength
        self.bodyDigest = bodyDigest
    }

    /// Reads the form alone; whether it is genuine, `verify` tells.
    package init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count >= Self.byteCount else { throw .truncated }
        guard bytes.count == Self.byteCount else { throw .tooLong }
        let begin = try WireFrame.readBegin(bytes)
        guard begin.state == .full else { throw .unknownState(bytes[1]) }
        guard let length = Int64(exactly: LittleEndian.read(bytes, at: 18)), length > 0 else { throw .truncated }
        self.bytes = bytes
        token = begin.token
        signedAt = begin.signedAt
        bodyLength = length
        bodyDigest = SHA256Digest(Array(bytes[26..<58]))
    }

    /// Names the key that it was signed with, where a server has several.
    package var signingKeyID: [UInt8] { Array(bytes[Self.boxRange.upperBound..<Self.signedByteCount]) }

    /// Throws `notGenuine` unless this server signed it for this subject.
    package func verify(_ server: VerifyingKey, for subject: WireSubject) throws(WireRefusal) {
        let signed = Array(bytes.prefix(Self.signedByteCount))
        guard signingKeyID == server.id,
            server.isValid(
                Array(bytes.suffix(VerifyingKey.signatureByteCount)), for: WireFrame.message(subject, signed))
        else { throw .notGenuine }
    }

    /// The seal of the picture. Throws `notGenuine` unless the box was made with this key for this subject and this token.
    package func seal(of subject: WireSubject, recordKey: SecretBytes) throws(WireRefusal) -> ContentSeal {
        let box = Array(bytes[Self.boxRange])
        guard
            let secret = try? SaltedBox.open(
                box, under: recordKey, purpose: Self.purpose, boundTo: subject.bytes + token.bytes),
            let seal = Self.seal(from: secret)
        else { throw .notGenuine }
        return seal
    }

    private static func secret(of seal: ContentSeal) -> SecretBytes {
        var bytes = seal.key.reveal { [UInt8](copying: $0) } + seal.nonce + seal.tag
        return SecretBytes(wiping: &bytes)
    }

    private static func seal(from secret: SecretBytes) -> ContentSeal? {
        guard secret.count == sealByteCount else { return nil }
        return secret.reveal { bytes in
            ContentSeal(
                key: SecretBytes(copying: bytes.extracting(first: AES256GCM.keyByteCount)),
                nonce: [UInt8](copying: bytes.extracting(32..<44)), tag: [UInt8](copying: bytes.extracting(44..<60)))
        }
    }
}

/// The keys of records: one for each subject, the same for all its states, so that a client with an older record opens a newer
/// head without another call.
package struct RecordKeys: Sendable {
    private static let purpose = Array("argentum record key 1".utf8)
    private let secret: SecretBytes

    package init(secret: SecretBytes) {
        self.secret = secret
    }

    package func key(of subject: WireSubject) -> SecretBytes {
        HKDF.derive(from: secret, info: Self.purpose + subject.bytes, byteCount: 32)
    }
}
