import AgBase
import AgCrypto
import AgWire

/// A server for one subject, and what its clients know of it.
struct Sender {
    let subject: WireSubject
    let signingKey: SigningKey
    let keys: RecordKeys

    init(id: String = "a", variant: String = "", like other: Sender? = nil) {
        subject = WireSubject(id: id, variant: variant)!
        signingKey = other?.signingKey ?? SigningKey()
        keys = other?.keys ?? RecordKeys(secret: .random(32))
    }

    var server: VerifyingKey { signingKey.verifyingKey }
    var recordKey: SecretBytes { keys.key(of: subject) }
    var client: WireClient { WireClient(server: server, subject: subject, recordKey: recordKey) }

    func token(_ number: Int64) -> WireToken { WireToken(number)! }

    func head(_ seal: ContentSeal, _ body: [UInt8], token number: Int64) -> WireHead {
        WireHead(
            of: subject, token: token(number), milliseconds: 1_767_225_600_000, seal: seal,
            bodyLength: Int64(body.count),
            bodyDigest: SHA256Digest.of(body), recordKey: recordKey, signingKey: signingKey)
    }

    func full(_ picture: [UInt8], token: Int64) -> [UInt8] {
        let (seal, body) = SealedPicture.seal(picture, format: 2)
        return head(seal, body, token: token).bytes + body
    }

    func current(token number: Int64, at moment: Int64 = 1_767_225_600_000) -> [UInt8] {
        WireCurrent(of: subject, token: token(number), milliseconds: moment, signingKey: signingKey).bytes
    }

    /// A case for the other reader.
    func vector(_ frame: [UInt8], seen: (token: Int64, signedAt: Int64)? = nil, id: String? = nil) -> JSONValue {
        let members: [JSONValue.Member] = [
            .init(name: "kind", value: "wire"), .init(name: "id", value: .string(id ?? subject.id)),
            .init(name: "variant", value: .string(subject.variant)),
            .init(name: "server", value: .string(Hex.encode(server.bytes))),
            .init(name: "recordKey", value: .string(Hex.encode(recordKey.bytes))),
            .init(name: "frame", value: .string(Hex.encode(frame))),
        ]
        let last = seen.map {
            JSONValue.Member(name: "seen", value: ["token": .int($0.token), "signedAt": .int($0.signedAt)])
        }
        return .object(members + (last.map { [$0] } ?? []))
    }
}

/// Our own judgement of a case in the other reader's words.
enum Judgement {
    static func ours(_ vector: JSONValue) throws -> (outcome: JSONValue, subject: WireSubject) {
        let subject = WireSubject(id: try vector.text("id"), variant: try vector.text("variant"))!
        let client = WireClient(
            server: VerifyingKey(try vector.hex("server"))!, subject: subject,
            recordKey: SecretBytes(try vector.hex("recordKey")))
        let seen = vector["seen"].flatMap { seen in
            WireToken(seen["token"]?.int ?? 0).map { WireClient.Seen(token: $0, signedAt: seen["signedAt"]?.int ?? 0) }
        }
        do {
            return (try outcome(of: try vector.hex("frame"), client, seen), subject)
        } catch {
            return (["refused": .string(word(for: error))], subject)
        }
    }

    private static func outcome(of frame: [UInt8], _ client: WireClient, _ seen: WireClient.Seen?) throws -> JSONValue {
        switch try client.judge(frame, seen: seen) {
        case .failure(let state): return ["state": .int(Int64(state.rawValue))]
        case .current(let seen):
            return ["state": 0, "token": .int(seen.token.number), "signedAt": .int(seen.signedAt)]
        case .picture(let head, let seal, let offset, _):
            let (format, picture) = try SealedPicture.open(
                frame.span.bytes.extracting(droppingFirst: offset), with: seal)
            return [
                "state": 1, "token": .int(head.token.number), "signedAt": .int(head.signedAt),
                "format": .string(FormatBytes.usual.name(of: format) ?? ""),
                "sha256": .string(SHA256Digest.of(picture).hex),
            ]
        }
    }

    private static func word(for error: any Error) -> String {
        switch error {
        case WireError.truncated: "truncated"
        case WireError.tooLong: "too-long"
        case WireError.unknownState: "unknown-state"
        case WireError.unknownVersion: "unknown-version"
        case WireError.tokenOutOfRange: "token-out-of-range"
        case WireRefusal.notGenuine: "not-genuine"
        case WireRefusal.olderThanSeen: "older-than-seen"
        case WireRefusal.bodyDiffers: "body-differs"
        case WireRefusal.unknownFormat: "unknown-format"
        case SealError.notAuthentic: "not-authentic"
        default: "\(error)"
        }
    }
}
