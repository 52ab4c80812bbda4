package import AgCrypto

/// The second byte of every answer of Argentum's own wire. Pixstore's numbers keep their meaning.
package enum WireState: UInt8, Sendable, CaseIterable {
    /// What the client has is what there is. No ciphertext follows.
    case current = 0
    case full = 1
    case notFound = 2
    case missingID = 3
    case missingProof = 4
    case invalidProof = 5
    case internalError = 6
    /// The client asked for a version of the wire that this server does not speak.
    case unknownVersion = 7
}

/// An answer of Argentum's own wire, version 1, without its ciphertext.
///
/// Format: docs/formats/wire.md, “Argentum”.
package enum WireFrame: Sendable, Hashable {
    /// The first byte. No answer of Pixstore begins with it, so its clients refuse it rather than misread it.
    package static let version: UInt8 = 0xA1

    case current(WireCurrent)
    case full(WireHead)
    /// Two bytes, not signed: a client must not change what it keeps because of them.
    case failure(WireState)

    package var state: WireState {
        switch self {
        case .current: .current
        case .full: .full
        case .failure(let state): state
        }
    }

    /// What stands before the ciphertext.
    package var head: [UInt8] {
        switch self {
        case .current(let current): current.bytes
        case .full(let head): head.bytes
        case .failure(let state): [Self.version, state.rawValue]
        }
    }

    /// Reads a whole answer; `bodyOffset` is where its ciphertext begins. Of the form alone: see `WireClient`.
    package static func read(_ bytes: [UInt8]) throws(WireError) -> (frame: WireFrame, bodyOffset: Int) {
        guard let version = bytes.first else { throw .truncated }
        guard version == Self.version else { throw .unknownVersion(version) }
        guard bytes.count > 1 else { throw .truncated }
        guard let state = WireState(rawValue: bytes[1]) else { throw .unknownState(bytes[1]) }
        switch state {
        case .current: return (.current(try WireCurrent(bytes)), bytes.count)
        case .full: return (.full(try readHead(bytes)), WireHead.byteCount)
        default:
            guard bytes.count == 2 else { throw .tooLong }
            return (.failure(state), 2)
        }
    }

    /// An answer is read when all of it is there: its ciphertext has exactly the length that its head says.
    private static func readHead(_ bytes: [UInt8]) throws(WireError) -> WireHead {
        let head = try WireHead(Array(bytes.prefix(WireHead.byteCount)))
        let length = Int64(bytes.count - WireHead.byteCount)
        guard length >= head.bodyLength else { throw .truncated }
        guard length == head.bodyLength else { throw .tooLong }
        return head
    }

    static func begin(_ state: WireState, _ token: WireToken, _ milliseconds: Int64) -> [UInt8] {
        [version, state.rawValue] + token.bytes + LittleEndian.bytes(UInt64(max(0, milliseconds)))
    }

    /// - Precondition: there are 18 bytes.
    static func readBegin(
        _ bytes: [UInt8]
    ) throws(WireError) -> (state: WireState, token: WireToken, signedAt: Int64) {
        guard bytes[0] == version else { throw .unknownVersion(bytes[0]) }
        guard let state = WireState(rawValue: bytes[1]) else { throw .unknownState(bytes[1]) }
        guard let token = WireToken(LittleEndian.read(bytes, at: 2)),
            let signedAt = WireToken(LittleEndian.read(bytes, at: 10))
        else { throw .tokenOutOfRange }
        return (state, token, signedAt.number)
    }

    /// What is signed: the subject, which is not sent, and all that stands before the signature.
    static func message(_ subject: WireSubject, _ signed: [UInt8]) -> [UInt8] {
        Array("argentum wire 1\0".utf8) + subject.bytes + signed
    }
}

/// “What you have is what there is”, in 90 bytes.
package struct WireCurrent: Sendable, Hashable {
    package static let byteCount = 90
    static let signedByteCount = byteCount - VerifyingKey.signatureByteCount

    package let bytes: [UInt8]
    package let token: WireToken
    /// Milliseconds since 1970: when the server looked.
    package let signedAt: Int64

    package init(of subject: WireSubject, token: WireToken, milliseconds now: Int64, signingKey: SigningKey) {
        let signed = WireFrame.begin(.current, token, now) + signingKey.verifyingKey.id
        bytes = signed + signingKey.sign(WireFrame.message(subject, signed))
        self.token = token
        signedAt = max(0, now)
    }

    /// Reads the form alone; whether it is genuine, `verify` tells.
    package init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count >= Self.byteCount else { throw .truncated }
        guard bytes.count == Self.byteCount else { throw .tooLong }
        let begin = try WireFrame.readBegin(bytes)
        guard begin.state == .current else { throw .unknownState(bytes[1]) }
        self.bytes = bytes
        token = begin.token
        signedAt = begin.signedAt
    }

    package var signingKeyID: [UInt8] { Array(bytes[18..<Self.signedByteCount]) }

    /// Throws `notGenuine` unless this server signed it for this subject.
    package func verify(_ server: VerifyingKey, for subject: WireSubject) throws(WireRefusal) {
        let signed = Array(bytes.prefix(Self.signedByteCount))
        guard signingKeyID == server.id,
            server.isValid(
                Array(bytes.suffix(VerifyingKey.signatureByteCount)), for: WireFrame.message(subject, signed))
        else { throw .notGenuine }
    }
}
