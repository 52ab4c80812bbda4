import AgBase
import AgCrypto
import AgImaging
import AgModel
import AgSQL
import AgTesting
import AgWire
import Glibc
import Testing

@testable import AgLibrary

@Suite("Sealed pictures", .everyEngine, .timeLimit(.minutes(2)))
struct SealedTests {
    let picture = PNGFile.drawn(60, 40)

    @Test("An original and each of its variants is fetched with a record, and opens to its very bytes")
    func everything() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            for variant in [nil] + Sealed.variants.map(Optional.some) {
                let record = try await desk.record(id.text, variant)
                #expect(record.id == (variant.map { "\(id)@\($0)" } ?? id.text))
                let clear = try await clearBytes(desk, id, variant)
                // With an older token, without one, and with the right one.
                for token in [1, nil, record.token.number] {
                    let answer = try await desk.ask(record, token: token)
                    #expect(answer.state == (token == record.token.number ? .success : .updated))
                    #expect(try answer.open(record) == clear)
                    #expect(answer.body[...] != ([0] + clear)[...])
                }
            }
        }
    }

    private func clearBytes(_ desk: LibraryDesk, _ id: ImageID, _ variant: String?) async throws -> [UInt8] {
        let delivery = desk.library.delivery
        let delivered =
            if let name = variant.flatMap({ VariantName($0) }) {
                try await delivery.variant(name, of: id)
            } else { try await delivery.original(id) }
        return try await delivered.content.bytes(0..<delivered.byteCount)
    }

    @Test("No key and iv ever meet two contents: originals, variants, generations, recipes, images of the same bytes")
    func noRepeat() async throws {
        try await LibraryDesk.with(clock: HandClock()) { desk in
            var seen: [[UInt8]: [UInt8]] = [:]
            func note(_ id: ImageID, _ variant: String?) async throws {
                let record = try await desk.record(id.text, variant)
                let answer = try await desk.ask(record)
                let (token, seal) = try #require(answer.delivered)
                #expect(token == record.token)
                let pair = seal.key.reveal { [UInt8](copying: $0) } + seal.nonce
                #expect(seen.updateValue(answer.body, forKey: pair) == nil, "\(record.id) has a key and iv of another")
            }
            let first = try await desk.upload(picture).image.id
            let twin = try await desk.upload(picture, at: UploadTarget(fixedID: .make())).image.id
            try await desk.work()
            for id in [first, twin] { for variant in [nil, "thumbnail", "small.webp"] { try await note(id, variant) } }
            // To other bytes, back again, and to the same ones.
            for bytes in [PNGFile.drawn(50, 50), picture, picture] {
                try await desk.replace(first, by: bytes)
                try await desk.work()
                for variant in [nil, "thumbnail", "small.webp"] { try await note(first, variant) }
            }
            // Made again by another recipe, to the same bytes.
            try await desk.library.ground.database.write { tx in
                _ = try tx.execute("UPDATE image_variants SET recipe = 'another'")
            }
            desk.library.sealed.cache.forgetAll()
            try await note(first, "small.webp")
            #expect(seen.count == 6 + 9 + 1)
        }
    }

    @Test("The token of an image only grows, when its clock stands still or is set back too")
    func tokens() async throws {
        let clock = HandClock()
        try await LibraryDesk.with(clock: clock) { desk in
            let id = try await desk.upload(picture).image.id
            var tokens: [WireToken] = []
            for step in [0, 0, -3_600, 5, 0] {
                clock.advance(.seconds(step))
                try await desk.replace(id, by: PNGFile.drawn(20 + tokens.count, 20))
                tokens.append(try await desk.record(id.text).token)
            }
            #expect(zip(tokens, tokens.dropFirst()).allSatisfy { $0 < $1 }, "\(tokens)")
        }
    }

    @Test("Who has an older record gets the new picture with its key, by the proof it has")
    func update() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let old = try await desk.record(id.text)
            let other = PNGFile.drawn(30, 30)
            try await desk.replace(id, by: other)
            let answer = try await desk.ask(old, token: old.token.number)
            #expect(answer.state == .updated)
            let delivered = try #require(answer.delivered)
            #expect(delivered.token > old.token)
            #expect(delivered.seal.key.isEqual(to: old.seal.key) == false)
            #expect(try answer.open(old) == other)
            #expect(try await desk.ask(old, token: delivered.token.number).state == .success)
        }
    }

    @Test("Questions are judged in Pixstore's order, and a stranger does not learn which ids exist")
    func refusals() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let proof = try await desk.record(id.text).proof
            let cases: [(String, String?, PixstoreState)] = [
                ("", proof, .missingID), ("", nil, .missingID), (id.text, nil, .missingProof),
                (id.text, "", .missingProof),
                (id.text, "AAAAAAAAAAAA", .invalidProof), ("ghost", "AAAAAAAAAAAA", .invalidProof),
                (ImageID.make().text, proof, .invalidProof), ("\(id)@small.webp", proof, .invalidProof),
                (id.text.uppercased(), proof, .invalidProof), (id.text, String(proof.dropLast()), .invalidProof),
                (id.text, proof, .updated),
            ]
            for (asked, proof, state) in cases {
                let answer = try await desk.ask(asked, proof: proof)
                #expect(answer.state == state, "\(asked)")
                #expect(state == .updated || answer.bytes == [state.rawValue])
            }
            try await desk.library.images.delete(id)
            #expect(try await desk.ask(id.text, proof: proof).state == .notFound)
        }
    }

    @Test("A question before any record was made is refused, and makes no key")
    func stranger() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            #expect(try await desk.ask(id.text, proof: "AAAAAAAAAAAA").state == .invalidProof)
            #expect(try await desk.count("sealed_secrets") == 0)
            #expect(!desk.folder.files().contains("master.key"))
        }
    }

    @Test("A proof holds for its window and the next one, over a restart too, and no longer")
    func proofs() async throws {
        let (folder, clock) = (TemporaryFolder(), HandClock())
        let record = try await LibraryDesk.with(folder: folder, clock: clock) { desk in
            try await desk.record(try await desk.upload(picture).image.id.text)
        }
        try await LibraryDesk.with(folder: folder, clock: clock) { desk throws in
            #expect(try await desk.ask(record).open(record) == picture)
            #expect(try await desk.record(record.id).token == record.token)
            clock.advance(.seconds(20))
            #expect(try await desk.ask(record).state == .updated)
            clock.advance(.seconds(20))
            #expect(try await desk.ask(record).state == .invalidProof)
        }
    }

    @Test("Two servers on one database hand out the same token and key, and take each other's proofs")
    func twoServers() async throws {
        var key = MasterKeySettings()
        key.key = Secret(String(repeating: "5a", count: 32))
        try await LibraryDesk.with(masterKey: key) { one in
            let id = try await one.upload(picture).image.id
            try await one.withNeighbour { other in
                let (a, b) = (try await one.record(id.text), try await other.record(id.text))
                #expect(a.token == b.token && a.seal.key.isEqual(to: b.seal.key) && a.seal.nonce == b.seal.nonce)
                #expect(try await other.ask(a, token: a.token.number).open(a) == picture)
                try await other.replace(id, by: PNGFile.drawn(30, 30))
                #expect(try await one.ask(a, token: a.token.number).state == .updated)
            }
        }
    }

    @Test("A variant that is being made is an error that passes, for records and for those who have one")
    func beingMade() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            await #expect(throws: NotReady.self) { try await desk.record(id.text, "small.webp") }
            try await desk.work()
            let record = try await desk.record(id.text, "small.webp")
            try await desk.replace(id, by: PNGFile.drawn(30, 30))
            let answer = try await desk.ask(record)
            #expect(answer.state == .internalError && answer.retryAfter == .seconds(1))
            try await desk.work()
            #expect(try await desk.ask(record).state == .updated)
        }
    }

    @Test("Bytes that were damaged on the disk are neither sealed nor sent")
    func damaged() async throws {
        try await LibraryDesk.with { desk in
            let ids = [try await desk.upload(picture).image.id, try await desk.upload(PNGFile.drawn(44, 44)).image.id]
            let record = try await desk.record(ids[0].text)
            for path in desk.pictureFiles {
                try spoil("\(desk.folder.path)/\(path)")
            }
            desk.library.sealed.cache.forgetAll()
            #expect(try await desk.ask(record).bytes == [PixstoreState.internalError.rawValue])
            await #expect(throws: Fault.self) { try await desk.record(ids[1].text) }
            #expect(try await desk.count("sealed_keys") == 1)
        }
    }

    /// Changes one bit in the middle.
    private func spoil(_ path: String) throws {
        let file = try sys("open") { open(path, O_RDWR) }
        defer { close(file) }
        let middle = lseek(file, 0, SEEK_END) / 2
        var byte: UInt8 = 0
        try #require(pread(file, &byte, 1, middle) == 1)
        byte ^= 1
        try #require(pwrite(file, &byte, 1, middle) == 1)
    }

    @Test("A damaged key is replaced by a new one, and the token grows")
    func damagedKey() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let old = try await desk.record(id.text)
            for damage in ["x'00'", "x'01'"] {
                let last = try await desk.record(id.text).token
                try await desk.library.ground.database.write { tx in
                    let wrapped: [UInt8]? = try tx.value("SELECT wrapped FROM sealed_keys")
                    var bytes = try #require(wrapped)
                    if damage == "x'00'" { bytes = [0] } else { bytes[60] ^= 1 }
                    try tx.execute("UPDATE sealed_keys SET wrapped = \(bytes)")
                }
                desk.library.sealed.cache.forgetAll()
                let record = try await desk.record(id.text)
                #expect(record.token > last)
                #expect(try await desk.ask(old).open(record) == picture)
            }
        }
    }

    @Test("Keys and names go with their image")
    func deletion() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.library.images.setAlias("coins:7f2k", of: id)
            _ = try await desk.record("coins:7f2k")
            try await desk.library.images.delete(id)
            for table in ["sealed_keys", "sealed_images", "image_aliases"] { #expect(try await desk.count(table) == 0) }
            #expect(try await desk.count("sealed_secrets") == 2)
        }
    }
}

@Suite("An alias", .everyEngine, .timeLimit(.minutes(1)))
struct AliasTests {
    @Test("is a name that records and questions take, until another takes its place")
    func works() async throws {
        try await LibraryDesk.with { desk in
            let picture = PNGFile.drawn(30, 20)
            let id = try await desk.upload(picture).image.id
            let images = desk.library.images
            for alias in [
                "coins:mjuohsv701pftq5b", ":abc", "a:b:c", "plain", "Ä coin?", String(repeating: "x", count: 256),
            ] {
                try await images.setAlias(alias, of: id)
                let record = try await desk.record(alias)
                #expect(record.id == alias)
                #expect(try await desk.ask(record).open(record) == picture)
                // The same seal under another name.
                #expect(try await desk.record(id.text).token == record.token)
            }
            let record = try await desk.record(String(repeating: "x", count: 256))
            try await images.setAlias("other", of: id)
            #expect(try await desk.ask(record).state == .notFound)
            await #expect(throws: Fault.self) { try await desk.record("plain") }
            try await images.setAlias(nil, of: id)
            await #expect(throws: Fault.self) { try await desk.record("other") }
        }
    }

    @Test("of another image, of a kind that no URL carries, or for no image is refused, and the one before stays")
    func refused() async throws {
        try await LibraryDesk.with { desk in
            let images = desk.library.images
            let id = try await desk.upload(PNGFile.drawn(30, 20)).image.id
            let other = try await desk.upload(PNGFile.drawn(20, 20)).image.id
            try await images.setAlias("coins:a", of: id)
            try await images.setAlias("coins:b", of: other)
            func code(_ alias: String, _ id: ImageID) async -> String? {
                do {
                    try await images.setAlias(alias, of: id)
                    return nil
                } catch {
                    return (error as? Fault)?.code
                }
            }
            #expect(await code("coins:a", other) == "alias-taken")
            #expect(await code("coins:c", .make()) == "no-such-image")
            let bad = [
                "", ".", "..", "a/b", "a\\b", "a@b", "a\nb", "\u{7F}", String(repeating: "x", count: 257), id.text,
            ]
            for alias in bad { #expect(await code(alias, other) == "invalid-alias", "\(alias)") }
            #expect(try await desk.record("coins:b").id == "coins:b")
            #expect(await code("coins:a", id) == nil)
        }
    }
}

@Suite("A sealed content on its way")
struct SealedContentTests {
    private func content(_ bytes: [UInt8]) throws -> (SealedContent, [UInt8]) {
        var sealed = [UInt8](repeating: 0, count: bytes.count + 1)
        let seal = sealed.withMutableBytes { out in SealedPicture.seal(bytes.span.bytes, format: 1, into: &out) }
        let id = OriginalID.make()
        let now = Timestamp(milliseconds: 0)
        let original = Original(
            id: id, sha256: .of(bytes), path: .original(id, fileExtension: "png", uploadedAt: now),
            byteCount: Int64(bytes.count), format: .png, width: 1, height: 1, frames: 1, hasAlpha: false,
            isDamaged: false, lostAt: nil, createdAt: now)
        let image = Image(id: .make(), original: original, generation: 1, filename: nil, uploadedAt: now)
        let token = try #require(WireToken(1))
        return (
            SealedContent(
                image: image, token: token, seal: seal, format: 1, bodyDigest: .of(sealed), content: BlobContent(bytes)),
            sealed
        )
    }

    @Test(
        "is the same in one piece, in a stream, and in each part of a stream",
        arguments: [1, 1 << 20, 1 << 20 + 1, 3_000_001])
    func parts(_ count: Int) async throws {
        let (content, sealed) = try self.content((0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
        let head: [UInt8] = [9, 8, 7]
        let answer = try await content.answer(head)
        #expect((answer.bytes == nil) == (count > 1 << 20))
        let all = head + sealed
        #expect(answer.byteCount == Int64(all.count))
        #expect(try await answer.bytes(0..<answer.byteCount) == all)
        for range in [0..<1, 2..<5, count - 1..<count + 1] where range.upperBound <= all.count && range.lowerBound >= 0
        {
            let part = try await answer.bytes(Int64(range.lowerBound)..<Int64(range.upperBound))
            #expect(part == Array(all[range]))
        }
    }

    @Test("of other bytes than were sealed is not sent to its end", arguments: [1_000, 3_000_001])
    func changed(_ count: Int) async throws {
        let (content, _) = try self.content([UInt8](repeating: 1, count: count))
        let other = SealedContent(
            image: content.image, token: content.token, seal: content.seal, format: 1, bodyDigest: content.bodyDigest,
            content: BlobContent([UInt8](repeating: 2, count: count)))
        await #expect(throws: SealError.contentChanged) {
            let answer = try await other.answer([0])
            _ = try await answer.bytes(0..<answer.byteCount)
        }
    }
}
