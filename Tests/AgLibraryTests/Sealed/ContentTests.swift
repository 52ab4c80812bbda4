import AgBase
import AgBlobs
import AgCrypto
import AgJobs
import AgModel
import AgSQL
import AgTesting
import AgWire
import Synchronization
import Testing

@testable import AgLibrary

@Suite("Other bytes under the same id", .everyEngine, .timeLimit(.minutes(2)))
struct ContentTests {
    let first = PNGFile.drawn(60, 40)
    let second = PNGFile.drawn(50, 30)

    private func isSound(_ desk: LibraryDesk) async throws -> Bool {
        let ground = desk.library.ground
        try await ground.removals.removeAll()
        let report = try await ground.verifier.verify()
        #expect(report.findings.map(\.kind) == [])
        let orphans = try await desk.count("originals WHERE id NOT IN (SELECT original_id FROM images)")
        #expect(orphans == 0)
        return report.isSound && orphans == 0
    }

    @Test("are shown at once, with a higher generation; all is made of them again, and those from before are gone")
    func replaced() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(first, at: UploadTarget(sessionID: "s")).image.id
            try await desk.work()
            let outcome = try await desk.replace(id, by: second)
            #expect(outcome.image.id == id && outcome.image.generation == 2 && outcome.status == .pending)
            let delivered = try await desk.library.delivery.original(id)
            #expect(delivered.sha256 == .of(second) && delivered.image.generation == 2)
            try await desk.work()
            let details = try await desk.library.images.details(id)
            #expect(details.status == .completed && details.variants.count == 7 && details.sessions == ["s"])
            #expect(details.variants[1].width == 50)
            #expect(try await desk.count("originals") == 1)
            #expect(try await isSound(desk))
            #expect(desk.pictureFiles.count == 7)
            #expect(try await desk.count("events WHERE type = 'image-updated' AND data LIKE '%\"generation\":2%'") > 0)
        }
    }

    @Test("may be those of another image, which goes on as it is, with its pictures that are there already")
    func known() async throws {
        try await LibraryDesk.with { desk in
            let (a, b) = (try await desk.upload(first).image.id, try await desk.upload(second).image.id)
            try await desk.work()
            let outcome = try await desk.replace(a, by: second)
            #expect(outcome.status == .completed && !outcome.isNew)
            #expect(try await desk.library.delivery.original(b).sha256 == .of(second))
            #expect(try await desk.count("originals") == 1)
            // Away again: the bytes stay for the other one.
            try await desk.replace(a, by: first)
            try await desk.work()
            #expect(try await desk.library.images.progress(a).status == .completed)
            #expect(try await desk.library.images.progress(b).status == .completed)
            #expect(try await isSound(desk))
        }
    }

    @Test("that are the same are another content all the same: generation and token grow, and no file moves")
    func same() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(first).image.id
            try await desk.work()
            let (files, token) = (desk.pictureFiles, try await desk.record(id.text).token)
            let outcome = try await desk.replace(id, by: first)
            #expect(outcome.image.generation == 2 && outcome.status == .completed && !outcome.isNew)
            #expect(try await desk.record(id.text).token > token)
            #expect(desk.pictureFiles == files)
            #expect(try await isSound(desk))
        }
    }

    @Test("end the jobs of those from before, unless another image waits for them")
    func jobs() async throws {
        try await LibraryDesk.with { desk in
            let a = try await desk.upload(first).image.id
            let b = try await desk.upload(first, at: UploadTarget(fixedID: .make())).image.id
            try await desk.replace(a, by: second)
            #expect(try await desk.count("jobs WHERE state = 'queued' AND image_id = '\(b)'") == 2)
            try await desk.replace(b, by: second)
            #expect(try await desk.count("jobs WHERE state = 'cancelled'") == 2)
            #expect(try await desk.count("jobs WHERE state = 'queued'") == 2)
            try await desk.work()
            #expect(try await desk.library.images.progress(b).status == .completed)
            #expect(try await isSound(desk))
        }
    }

    @Test("that are no picture, or for an image that is not there, change nothing")
    func refused() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(first).image.id
            await #expect(throws: Fault.self) { try await desk.replace(id, by: Array("no picture".utf8)) }
            await #expect(throws: Fault.self) { try await desk.replace(.make(), by: second) }
            #expect(try await desk.library.images.image(id).generation == 1)
            #expect(desk.pictureFiles.count == 1 && desk.temporaryFiles.isEmpty)
            #expect(try await isSound(desk))
        }
    }

    // MARK: Races

    private func race(
        _ body: (LibraryDesk, LibraryDesk, HoldingDatabase) async throws -> Void
    ) async throws {
        var key = MasterKeySettings()
        key.key = Secret(String(repeating: "5a", count: 32))
        let holding = Mutex<HoldingDatabase?>(nil)
        try await LibraryDesk.with(
            masterKey: key,
            through: { database in
                let held = HoldingDatabase(database)
                holding.withLock { $0 = held }
                return held
            }
        ) { one in
            try await one.withNeighbour { other in
                try await body(one, other, try #require(holding.withLock { $0 }))
            }
        }
    }

    @Test("given by two servers at once follow each other")
    func twoReplacements() async throws {
        try await race { one, other, held throws in
            let id = try await one.upload(first).image.id
            let third = PNGFile.drawn(20, 20)
            let (a, b) = await held.race(
                { try await one.replace(id, by: second) }, { try await other.replace(id, by: third) })
            #expect(try a.get().image.generation == 2)
            #expect(try b.get().image.generation == 3)
            #expect(try await one.library.images.image(id).original.sha256 == .of(third))
            #expect(try await isSound(one))
        }
    }

    @Test("swapped between two images by two servers leave each with the other's, without a deadlock")
    func swap() async throws {
        try await race { one, other, held throws in
            let (a, b) = (try await one.upload(first).image.id, try await one.upload(second).image.id)
            let (left, right) = await held.race(
                { try await one.replace(a, by: second) }, { try await other.replace(b, by: first) })
            _ = (try left.get(), try right.get())
            #expect(try await one.library.images.image(a).original.sha256 == .of(second))
            #expect(try await one.library.images.image(b).original.sha256 == .of(first))
            #expect(try await isSound(one))
        }
    }

    @Test(
        "and a deletion of the image, or of the one that had them, leave no bytes behind and lose none",
        arguments: [true, false])
    func deletion(_ isOfTheOther: Bool) async throws {
        for isDeletionHeld in [true, false] {
            try await race { one, other, held throws in
                let (a, b) = (try await one.upload(first).image.id, try await one.upload(second).image.id)
                let replace = { @Sendable (desk: LibraryDesk) in _ = try await desk.replace(a, by: second) }
                let delete = { @Sendable (desk: LibraryDesk) in
                    try await desk.library.images.delete(isOfTheOther ? b : a)
                }
                let (left, right) = await held.race(
                    { try await (isDeletionHeld ? delete : replace)(one) },
                    { try await (isDeletionHeld ? replace : delete)(other) })
                _ = try left.get()
                // Only a replacement whose image is gone has a reason to fail.
                if isOfTheOther || !isDeletionHeld { _ = try right.get() }
                #expect(try await one.count("images") == 1)
                #expect(try await isSound(one))
            }
        }
    }

    @Test(
        "given while the picture is sealed are sealed themselves: no token stands for the bytes from before",
        arguments: [true, false])
    func sealing(_ isSealingHeld: Bool) async throws {
        try await race { one, other, held throws in
            let id = try await one.upload(first).image.id
            // So that the keys of the installation are there, and the next write is that of the seal.
            _ = try await one.record(try await one.upload(PNGFile.drawn(9, 9)).image.id.text)
            let seal = { @Sendable (desk: LibraryDesk) in _ = try await desk.record(id.text) }
            let replace = { @Sendable (desk: LibraryDesk) in _ = try await desk.replace(id, by: second) }
            let (a, b) = await held.race(
                { try await (isSealingHeld ? seal : replace)(one) },
                { try await (isSealingHeld ? replace : seal)(other) })
            _ = (try a.get(), try b.get())
            for desk in [one, other] {
                let record = try await desk.record(id.text)
                let answer = try await desk.ask(record, token: record.token.number)
                #expect(answer.state == .success)
                #expect(try answer.open(record) == second)
            }
        }
    }

    @Test("and a picture that two servers seal at once has one key")
    func twoSealings() async throws {
        try await race { one, other, held throws in
            let id = try await one.upload(first).image.id
            _ = try await one.record(try await one.upload(PNGFile.drawn(9, 9)).image.id.text)
            let (a, b) = await held.race({ try await one.record(id.text) }, { try await other.record(id.text) })
            let (left, right) = (try a.get(), try b.get())
            #expect(left.token == right.token && left.seal.key.isEqual(to: right.seal.key))
            #expect(left.seal.nonce == right.seal.nonce && left.seal.tag == right.seal.tag)
        }
    }
}
