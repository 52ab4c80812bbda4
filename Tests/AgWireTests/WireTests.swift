import AgBase
import AgCrypto
import AgTesting
import Testing

@testable import AgWire

@Suite("Argentum's wire")
struct WireTests {
    private static let moment: Int64 = 1_767_225_600_000

    /// Written by the other reader's own writer.
    @Test("judges the vectors as they say")
    func vectors() throws {
        let file = try TestFiles.json("Vectors/wire/vectors.json")
        let keys = RecordKeys(secret: SecretBytes(try file.hex("recordSecret")))
        let cases = try #require(file["cases"]?.array)
        #expect(cases.count >= 30)
        for vector in cases {
            let (outcome, subject) = try Judgement.ours(vector)
            #expect(outcome.text == vector["expect"]?.text, "\(vector["name"]?.string ?? "")")
            #expect(keys.key(of: subject).bytes == (try vector.hex("recordKey")))
        }
    }

    @Test("is read by the other reader as by ours: what ours writes, and every change of it")
    func bothWays() throws {
        let sender = Sender(id: "münzen:7f2k", variant: "small.webp")
        var cases = [
            sender.vector(sender.full(RandomBytes.make(1_000), token: 5)),
            sender.vector(sender.full([], token: 5)),
            sender.vector(sender.current(token: 5), seen: (5, 0)),
            sender.vector(sender.current(token: 5), seen: (6, 0)),
            sender.vector(sender.full([1], token: 5), seen: (6, 0)),
            sender.vector(sender.full([1], token: 5), id: "münzen:7f2l"),
        ]
        for frame in [sender.full([1, 2, 3], token: 77), sender.current(token: 77)] {
            for place in frame.indices {
                var other = frame
                other[place] ^= place == 1 ? 9 : 1
                cases.append(sender.vector(other, seen: (77, 0)))
            }
            for count in stride(from: 0, to: frame.count, by: 7) {
                cases.append(sender.vector(Array(frame.prefix(count)), seen: (77, 0)))
            }
        }
        let theirs = try OtherReader.judge(cases)
        #expect(theirs.count == cases.count)
        for (vector, their) in zip(cases, theirs) {
            #expect(try Judgement.ours(vector).outcome.text == their.text, "\(vector.text)")
        }
        #expect(theirs.filter { $0["refused"] == nil }.count == 3)
    }

    @Test("is the same file when the other reader writes the vectors again")
    func stable() throws {
        let written = try OtherReader.run("python3 '\(TestFiles.folder)/WireReader/wire.py' vectors")
        #expect(try written == TestFiles.bytes("Vectors/wire/vectors.json"))
    }

    @Test("says that nothing changed in less than a hundred bytes")
    func small() {
        #expect(Sender().current(token: WireToken.highest).count == WireCurrent.byteCount)
        #expect(WireCurrent.byteCount < 100)
    }

    @Test("is refused by a client of Pixstore, and Pixstore's by ours")
    func apart() throws {
        let sender = Sender()
        for frame in [sender.full([1], token: 1), sender.current(token: 1), WireFrame.failure(.notFound).head] {
            #expect(throws: WireError.unknownState(0xA1)) { _ = try PixstorePayload.read(frame) }
        }
        for state in PixstoreState.allCases {
            #expect(throws: WireError.unknownVersion(state.rawValue)) { _ = try WireFrame.read([state.rawValue, 0]) }
        }
    }

    @Test("binds a picture to id, variant and token: each of them changed is refused")
    func bound() throws {
        let sender = Sender()
        let frame = sender.full([1, 2, 3], token: 5)
        for other in [Sender(id: "b", like: sender), Sender(variant: "large.webp", like: sender), Sender(like: nil)] {
            #expect(throws: WireRefusal.notGenuine) { _ = try other.client.judge(frame, seen: nil) }
        }
        // The record's key alone, with the signature of the right server over the wrong box.
        let head = try WireHead(Array(frame.prefix(WireHead.byteCount)))
        #expect(throws: WireRefusal.notGenuine) { _ = try head.seal(of: sender.subject, recordKey: .random(32)) }
    }

    @Test(
        "refuses bodies that were swapped, and states that are older than seen; the newer one is taken and remembered")
    func replayed() throws {
        let sender = Sender()
        let old = sender.full([1, 1], token: 5)
        let new = sender.full([2, 2], token: 6)
        guard case .picture(_, let seal, let offset, let seen) = try sender.client.judge(new, seen: .init(token: 5))
        else {
            Issue.record("no picture")
            return
        }
        #expect(seen.token.number == 6)
        #expect(try SealedPicture.open(new.span.bytes.extracting(droppingFirst: offset), with: seal).picture == [2, 2])
        #expect(throws: WireRefusal.olderThanSeen(token: 5, seen: 6)) { _ = try sender.client.judge(old, seen: seen) }
        let swapped = new.prefix(WireHead.byteCount) + old.dropFirst(WireHead.byteCount)
        #expect(throws: WireRefusal.bodyDiffers) { _ = try sender.client.judge(Array(swapped), seen: nil) }
    }

    @Test("refuses “nothing changed” when it was said before the newest answer, or to a client that has nothing")
    func frozen() throws {
        let sender = Sender()
        let early = sender.current(token: 5, at: Self.moment)
        let late = sender.current(token: 5, at: Self.moment + 1)
        guard case .current(let seen) = try sender.client.judge(late, seen: .init(token: 5)) else {
            Issue.record("not current")
            return
        }
        #expect(seen.signedAt == Self.moment + 1)
        #expect(throws: WireRefusal.olderThanSeen(token: 5, seen: 5)) { _ = try sender.client.judge(early, seen: seen) }
        #expect(throws: WireRefusal.olderThanSeen(token: 5, seen: 0)) { _ = try sender.client.judge(early, seen: nil) }
    }

    @Test("keeps no key in clear in what a client stores")
    func stored() throws {
        let sender = Sender()
        let (seal, body) = SealedPicture.seal(RandomBytes.make(500), format: 2)
        let frame = sender.head(seal, body, token: 5).bytes + body
        for secret in [seal.key.bytes, sender.recordKey.bytes] {
            #expect(!(0...frame.count - 32).contains { Array(frame[$0..<$0 + 32]) == secret })
        }
    }

    @Test(
        "asks for its version by a header",
        arguments: [(nil, WireVersion.pixstore), ("1", .argentum), ("2", .unknown), ("", .unknown), ("1.0", .unknown)]
            as [(String?, WireVersion)])
    func version(_ header: String?, _ version: WireVersion) {
        #expect(WireVersion(header: header) == version)
    }

    @Test("makes boxes with keys and nonces that are never the same twice, for one picture too")
    func boxes() {
        let sender = Sender()
        let (seal, body) = SealedPicture.seal([1], format: 1)
        let salts = (0..<500).map { _ in Array(sender.head(seal, body, token: 5).bytes[58..<90]) }
        #expect(Set(salts).count == 500)
    }
}

@Suite("A record")
struct WireRecordTests {
    private let sender = Sender(id: "0196f7c0", variant: "small.webp")

    private func record() -> WireRecord {
        let (seal, body) = SealedPicture.seal([1, 2, 3], format: 2)
        let plain = PixstoreRecord(
            id: sender.subject.recordID, token: sender.token(5), seal: seal, proof: "AAAAAAAAAAAA")
        return WireRecord(
            record: plain, recordKey: sender.recordKey, head: sender.head(seal, body, token: 5), server: sender.server)
    }

    @Test("is read back, is genuine, and is a record of Pixstore as well")
    func roundTrip() throws {
        let json = record().json
        let read = try WireRecord(try JSONValue(json: json.text))
        #expect(read.json.text == json.text)
        try read.verify(sender.server, for: sender.subject)
        #expect(try PixstoreRecord(json).id == "0196f7c0@small.webp")
    }

    @Test("is refused for another picture, from another server, and with plain members that are not the signed ones")
    func refused() throws {
        let record = record()
        let other = try #require(WireSubject(id: "0196f7c0"))
        #expect(throws: WireRefusal.otherSubject) { try record.verify(sender.server, for: other) }
        #expect(throws: WireRefusal.notGenuine) { try record.verify(SigningKey().verifyingKey, for: sender.subject) }
        let (seal, _) = SealedPicture.seal([1, 2, 3], format: 2)
        let plains = [
            PixstoreRecord(id: record.record.id, token: sender.token(6), seal: record.record.seal, proof: ""),
            PixstoreRecord(id: record.record.id, token: sender.token(5), seal: seal, proof: ""),
        ]
        for plain in plains {
            let mixed = WireRecord(record: plain, recordKey: record.recordKey, head: record.head, server: record.server)
            #expect(throws: WireRefusal.notGenuine) { try mixed.verify(sender.server, for: sender.subject) }
        }
    }

    @Test("of a later version, or with a part that is missing or of another length, is refused as that")
    func malformed() throws {
        let good = record().json.text
        let changes: [(String, String, WireError)] = [
            ("\"wire\":1", "\"wire\":2", .unknownVersion(2)), ("\"wire\":1", "\"wire\":\"1\"", .invalidRecord),
            ("\"argentum\"", "\"a\"", .invalidRecord), ("\"head\":\"", "\"head\":\"AAAA", .tooLong),
            ("\"head\"", "\"h\"", .invalidRecord), ("\"server\":\"", "\"server\":\"AAAA", .invalidRecord),
        ]
        for (old, new, error) in changes {
            let text = good.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: new)
            try #require(text != good)
            #expect(throws: error, "\(new)") { try WireRecord(try JSONValue(json: text)) }
        }
    }
}

@Suite("Tokens and subjects")
struct WireNameTests {
    @Test("a token strictly grows, also when the clock stands still, goes back or jumps")
    func grows() throws {
        var last: WireToken?
        for now in [5, 5, 5, 3, -1, 100, 99, Int64.max, Int64.min, WireToken.highest, 101, 1_767_225_600_000, 0]
            as [Int64]
        {
            let next = try #require(WireToken.next(after: last, milliseconds: now))
            if let last { #expect(next > last, "\(now)") }
            last = next
        }
        #expect(last?.number ?? 0 < 1_767_225_600_100)
        #expect(WireToken.next(after: WireToken(WireToken.highest), milliseconds: 0) == nil)
    }

    @Test(
        "a token's header is decimal digits up to 2^53 - 1",
        arguments: [
            ("0", 0), ("1767225609123", 1_767_225_609_123), ("9007199254740991", WireToken.highest),
            ("9007199254740992", nil),
            ("", nil), ("abc", nil), ("-1", nil), ("+1", nil), (" 1", nil), ("1.0", nil), ("99999999999999999999", nil),
            ("١", nil),
        ] as [(String, Int64?)])
    func header(_ text: String, _ number: Int64?) {
        #expect(WireToken(header: text)?.number == number)
    }

    @Test(
        "a record's id is the picture's, and the variant's behind it",
        arguments: ["a", "coins:mjuohs", "a@small.webp", "ä:ö@large.avif"])
    func recordID(_ text: String) {
        #expect(WireSubject(recordID: text)?.recordID == text)
    }

    @Test(
        "names that cannot be are refused",
        arguments: [
            "", "@small.webp", "a@", "a@b@c", "a@../x", "a@Small.webp", "a\0", "a\n",
            String(repeating: "a", count: 257), "a@" + String(repeating: "a", count: 65),
        ])
    func noNames(_ text: String) {
        #expect(WireSubject(recordID: text) == nil)
    }

    @Test("subjects of other bytes are others, also where the two texts look alike or are the same in one piece")
    func different() throws {
        let composed = try #require(WireSubject(id: "\u{E9}"))
        let decomposed = try #require(WireSubject(id: "e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(WireSubject(id: "ab", variant: "c")?.bytes != WireSubject(id: "a", variant: "bc")?.bytes)
    }

    @Test("Base64 is with padding and canonical", arguments: [0, 1, 2, 3, 8, 9, 32, 255])
    func base64(_ count: Int) {
        let bytes = RandomBytes.make(count)
        let text = Base64.encode(bytes)
        #expect(text.utf8.count == (count + 2) / 3 * 4)
        #expect(Base64.decode(text) == bytes)
        for other in [text + "=", "=" + text, text.replacingLast(with: "-"), " " + text] where other != text {
            #expect(Base64.decode(other) != bytes)
        }
    }
}

extension String {
    fileprivate func replacingLast(with character: Character) -> String { String(dropLast()) + String(character) }
}

extension WireClient.Seen {
    fileprivate init(token: Int64, at: Int64 = 0) {
        self.init(token: WireToken(token) ?? WireToken.zero, signedAt: at)
    }
}

extension WireToken {
    fileprivate static var zero: WireToken { next(after: nil, milliseconds: 0)! }
}
