import AgBase
import AgCrypto
import Testing

@testable import AgWire

/// What Pixstore 3.2.1 itself wrote: Tests/Vectors/pixstore/manifest.json tells of each file.
private enum Pixstore {
    static func manifest() throws -> JSONValue { try TestFiles.json("Vectors/pixstore/manifest.json") }

    static func items(_ name: String) throws -> [JSONValue] { try #require(try manifest()[name]?.array) }

    static func file(_ name: String) throws -> [UInt8] { try TestFiles.bytes("Vectors/pixstore/\(name)") }

    /// The record and picture that an answer is about.
    static func image(of payload: JSONValue) throws -> (record: PixstoreRecord, file: String, sha256: String) {
        let manifest = try manifest()
        if payload["image"]?.string == "updated" {
            let update = try #require(manifest["update"])
            let record = try PixstoreRecord(try #require(update["new_record"]))
            return (record, try update.text("new_file"), try update.text("new_sha256"))
        }
        let images = try #require(manifest["images"]?.array)
        let image = images[Int(try #require(payload["image"]?.int))]
        return (try PixstoreRecord(try #require(image["record"])), try image.text("file"), try image.text("sha256"))
    }
}

@Suite("Pixstore's wire")
struct PixstoreTests {
    @Test("reads every answer of its vectors as its client does, and writes the same bytes")
    func payloads() throws {
        var opened = 0
        for payload in try Pixstore.items("payloads") {
            let bytes = try Pixstore.file(try payload.text("file"))
            let (read, bodyOffset) = try PixstorePayload.read(bytes)
            #expect(Int64(read.state.rawValue) == payload["first_byte"]?.int)
            #expect(read.head + bytes[bodyOffset...] == bytes)
            guard let decoded = payload["decoded"], decoded.members != nil else { continue }
            let body = Array(bytes[bodyOffset...])
            #expect(SHA256Digest.of(body).hex == (try decoded.text("ciphertext_sha256")))
            let image = try Pixstore.image(of: payload)
            try check(read, decoded, image.record)
            var seal = image.record.seal
            if case .updated(_, let delivered) = read { seal = delivered }
            let (format, picture) = try SealedPicture.open(body.span.bytes, with: seal)
            #expect(SHA256Digest.of(picture).hex == image.sha256)
            #expect(try picture == Pixstore.file(image.file))
            #expect(image.file.hasSuffix(FormatBytes.usual.name(of: format) ?? "none"))
            opened += 1
        }
        #expect(opened >= 12)
    }

    private func check(_ read: PixstorePayload, _ decoded: JSONValue, _ record: PixstoreRecord) throws {
        guard case .updated(let token, let seal) = read else { return }
        #expect(token.number == decoded["token"]?.int)
        #expect(Base64.encode(seal.key.bytes) == decoded["meta"]?["key"]?.string)
        #expect(Base64.encode(seal.nonce) == decoded["meta"]?["iv"]?.string)
        #expect(Base64.encode(seal.tag) == decoded["meta"]?["tag"]?.string)
    }

    @Test("seals its pictures to its ciphertexts, byte for byte, under its keys")
    func sealsAgain() throws {
        for image in try Pixstore.items("images") {
            let record = try PixstoreRecord(try #require(image["record"]))
            let file = try image.text("file")
            let picture = try Pixstore.file(file)
            let format = try #require(FormatBytes.usual.byte(of: String(file.split(separator: ".").last ?? "")))
            var body = [UInt8](repeating: 0, count: picture.count + 1)
            try body.withMutableBytes { out in
                try SealedPicture.reseal(picture.span.bytes, format: format, as: record.seal, into: &out)
            }
            #expect(SHA256Digest.of(body).hex == (try image.text("ciphertext_sha256")))
            #expect(Int64(body.count) == image["ciphertext_bytes"]?.int)
        }
    }

    @Test("reads its records and writes them again with the same members in the same order")
    func records() throws {
        for image in try Pixstore.items("images") {
            let json = try #require(image["record"])
            #expect(try PixstoreRecord(json).json.text == json.text)
        }
        let update = try #require(try Pixstore.manifest()["update"])
        for name in ["old_record", "new_record"] {
            let json = try #require(update[name])
            #expect(try PixstoreRecord(json).json.text == json.text)
        }
    }

    @Test("answers every question of its vectors with the state that it answered")
    func questions() throws {
        let manifest = try Pixstore.manifest()
        let now = try #require(manifest["update"]?["new_record"]?["token"]?.int)
        for payload in try Pixstore.items("payloads") {
            let name = try payload.text("name")
            let asked = try #require(payload["asked"])
            let token = asked["clientToken"].flatMap { $0.int.map(String.init) ?? $0.string }
            let request = PixstoreRequest(id: asked["id"]?.string, proof: asked["proof"]?.string, token: token)
            let isRefused = Set(["invalid_proof", "invalid_proof_of_other_image", "proof_two_windows_old"])
            var state = request.refusal { _, _ in !isRefused.contains(name) }
            if state == nil {
                let delivered = payload["decoded"]?["token"]?.int ?? request.token?.number ?? now
                let isThere = !["not_found"].contains(name)
                state = request.state(current: isThere ? WireToken(delivered) : nil)
            }
            if name == "internal_error" { continue }
            #expect(state.map { Int64($0.rawValue) } == payload["first_byte"]?.int, "\(name)")
        }
    }

    @Test("has its states and format bytes")
    func numbers() throws {
        let manifest = try Pixstore.manifest()
        #expect(
            manifest["states"]?.members?.compactMap { $0.value.int }
                == PixstoreState.allCases.map { Int64($0.rawValue) })
        for member in try #require(manifest["format_bytes"]?.members) {
            #expect(FormatBytes.usual.byte(of: member.name).map(Int64.init) == member.value.int)
        }
        #expect(["avif", "gif", "tiff", "heic"].map(FormatBytes.usual.byte) == [5, 6, 7, 8])
        #expect(FormatBytes.usual.mediaType(of: 3) == "image/jpeg")
        for byte: UInt8 in [0, 9, 255] { #expect(FormatBytes.usual.name(of: byte) == nil) }
        #expect(FormatBytes(names: []) == nil && FormatBytes(names: ["png", "png"]) == nil)
        #expect(FormatBytes(names: (0..<256).map { "\($0)" }) == nil)
    }

    @Test(
        "refuses answers that its client would keep and never open",
        arguments: [
            ([], WireError.truncated), ([0], .truncated), ([1], .truncated),
            ([1] + [UInt8](repeating: 0, count: 68), .truncated), ([7], .unknownState(7)),
            ([0xA1, 1], .unknownState(0xA1)),
            ([1] + [UInt8](repeating: 0xFF, count: 80), .tokenOutOfRange),
        ] as [([UInt8], WireError)])
    func malformed(_ bytes: [UInt8], _ error: WireError) {
        #expect(throws: error) { _ = try PixstorePayload.read(bytes) }
    }

    @Test("does not look at what follows a failure")
    func trailing() throws {
        let (read, _) = try PixstorePayload.read([5, 1, 2, 3])
        #expect(read.state == .invalidProof)
    }

    @Test("refuses records without a member, of other kinds and lengths, and tokens beyond 2^53 - 1")
    func badRecords() throws {
        let good = try #require(try Pixstore.items("images").first?["record"]).text
        _ = try PixstoreRecord(try JSONValue(json: good))
        let changes = [
            ("\"id\"", "\"Id\""), ("\"token\":", "\"token\":\"x\",\"t\":"), ("\"key\"", "\"k\""), ("\"iv\"", "\"i\""),
            ("\"tag\":\"", "\"tag\":\"AAAA"), ("\"tag\":\"", "\"tag\":\"="), ("\"meta\":", "\"meta\":1,\"m\":"),
            ("\"statelessProof\"", "\"proof\""), ("\"key\":\"6", "\"key\":\"_"),
        ]
        for (old, new) in changes {
            let text = good.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false).joined(separator: new)
            try #require(text != good, "\(old) does not occur")
            #expect(throws: WireError.invalidRecord, "\(new)") { try PixstoreRecord(try JSONValue(json: text)) }
        }
        let far = good.split(separator: "1767225600123").joined(separator: "9007199254740992")
        #expect(throws: WireError.tokenOutOfRange) { try PixstoreRecord(try JSONValue(json: far)) }
    }
}

@Suite("A proof")
struct ProofTests {
    private let key = ProofKey(secret: SecretBytes([UInt8](repeating: 7, count: 32)))

    @Test("has twelve characters that a header takes, and is the same in every process that has the secret")
    func shape() {
        let proof = key.proof(for: "coins:abc", milliseconds: 1_767_225_600_123)
        #expect(proof.utf8.count == 12)
        #expect(
            proof
                == ProofKey(secret: SecretBytes([UInt8](repeating: 7, count: 32))).proof(
                    for: "coins:abc", milliseconds: 1_767_225_600_123))
        #expect(Base64.decode(proof)?.count == 9)
        // Fixed, so that a change which ends all proofs under way is seen.
        #expect(proof == "jn6llsicmczG")
    }

    @Test("holds for its window and the next one, and no longer", arguments: [1, 1_000, 20_000, 3_600_000] as [Int64])
    func windows(_ window: Int64) {
        let key = ProofKey(secret: SecretBytes.random(32), windowMilliseconds: window)
        let start = 1_767_225_600_000 / window * window
        let proof = key.proof(for: "a", milliseconds: start)
        for (moment, isGood) in [
            (start, true), (start + window - 1, true), (start + window, true), (start + 2 * window - 1, true),
            (start + 2 * window, false), (start - 1, false),
        ] {
            #expect(key.isValid(proof, for: "a", milliseconds: moment) == isGood, "\(moment - start)")
        }
    }

    /// The formula is ours, their windows are not: the same proofs are equal, and the same are different, as in their table.
    @Test("changes with time and id exactly where Pixstore's do")
    func sameWindows() throws {
        let rows = try #require(try Pixstore.manifest()["proofs"]?["rows"]?.array).compactMap {
            row -> (theirs: [String], ours: [String])? in
            guard let window = row["windowLength"]?.int, 0..<1_000_000_000 ~= window, let now = row["now"]?.int else {
                return nil
            }
            let key = ProofKey(secret: SecretBytes([1]), windowMilliseconds: window)
            let id = try row.text("id")
            // The window's length is no part of either formula, so only rows of one length can be compared by number.
            let ours = [now, now - window].map { "\(window) \(key.proof(for: id, milliseconds: $0))" }
            let theirs = [try row.text("current"), try row.text("previous")].map { "\(window) \($0)" }
            return (theirs, ours)
        }
        #expect(rows.count >= 16)
        let theirs = rows.flatMap(\.theirs)
        let ours = rows.flatMap(\.ours)
        for a in theirs.indices {
            for b in theirs.indices { #expect((theirs[a] == theirs[b]) == (ours[a] == ours[b])) }
        }
    }

    @Test("of another picture, another secret, cut, changed or empty is refused")
    func others() {
        let now: Int64 = 1_767_225_600_123
        let proof = key.proof(for: "a", milliseconds: now)
        #expect(key.isValid(proof, for: "a", milliseconds: now))
        #expect(!key.isValid(proof, for: "b", milliseconds: now))
        #expect(!key.isValid(proof, for: "a@small.webp", milliseconds: now))
        #expect(!ProofKey(secret: .random(32)).isValid(proof, for: "a", milliseconds: now))
        for text in ["", String(proof.dropLast()), proof + "A", "AAAAAAAAAAA=", proof.lowercased() + " "] {
            #expect(!key.isValid(text, for: "a", milliseconds: now))
        }
    }

    @Test("can be made and checked at any moment a clock may show", arguments: [Int64.min, -1, 0, 19_999, Int64.max])
    func moments(_ now: Int64) {
        #expect(key.isValid(key.proof(for: "a", milliseconds: now), for: "a", milliseconds: now))
    }
}
