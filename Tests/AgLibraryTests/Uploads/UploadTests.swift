import AgBase
import AgBlobs
import AgCrypto
import AgJobs
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Testing

@Suite("An upload", .everyEngine, .timeLimit(.minutes(2)))
struct UploadTests {
    let picture = PNGFile.drawn(40, 30)

    @Test("keeps the bytes, a row, two jobs and an event")
    func stored() async throws {
        try await LibraryDesk.with { desk in
            let outcome = try await desk.upload(picture)
            #expect(outcome.isNew)
            #expect(outcome.status == .pending)
            #expect(outcome.image.original.width == 40)
            #expect(outcome.image.original.sha256 == SHA256Digest.of(picture))
            #expect(try await desk.count("images") == 1)
            #expect(try await desk.count("jobs") == 2)
            #expect(try await desk.count("events WHERE type = 'image-created'") == 1)
            #expect(desk.pictureFiles == [outcome.image.original.path.text])
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("of known bytes names the image that is there")
    func duplicate() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(picture)
            let second = try await desk.upload(picture)
            #expect(!second.isNew)
            #expect(second.image.id == first.image.id)
            #expect(desk.pictureFiles.count == 1)
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("of one picture is worked on next, however many another token has sent before")
    func turns() async throws {
        try await LibraryDesk.with { desk in
            for number in 0..<4 {
                try await desk.upload(PNGFile.drawn(8, 8, seed: number), for: Caller("bulk", member: "\(number)"))
            }
            try await desk.upload(PNGFile.drawn(8, 8, seed: 9), for: Caller("single"))
            let order: [String] = try await desk.library.ground.database.read { connection in
                try connection.all(
                    "SELECT share FROM jobs WHERE kind = 'generate-variants' ORDER BY priority DESC, turn, id"
                ) { try $0[0] }
            }
            #expect(order == ["bulk", "single", "bulk", "bulk", "bulk"])
        }
    }

    @Test("of a picture that has failed has it tried again")
    func failedBefore() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            for job in try await desk.library.images.progress(id).jobs {
                try await desk.library.ground.queue.cancel(job.id)
            }
            #expect(try await desk.library.images.progress(id).status == .failed)
            let again = try await desk.upload(picture)
            #expect(!again.isNew && again.status == .pending)
            try await desk.work()
            #expect(try await desk.library.images.progress(id).status == .completed)
        }
    }

    @Test("of a JPEG that lost data fails with a reason, and is made when it is sent again with allowDamaged")
    func lostData() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(JPEGFile.halfGrey).image.id
            try await desk.work(patiently: false)
            let failed = try await desk.library.images.progress(id)
            #expect(failed.status == .failed)
            #expect(failed.jobs.first { $0.kind == .generateVariants }?.error?.code == "damaged")
            try await desk.upload(JPEGFile.halfGrey, allowDamaged: true)
            try await desk.work()
            let details = try await desk.library.images.details(id)
            #expect(details.status == .completed && details.image.original.isDamaged)
        }
    }

    @Test("with allowDamaged of what is being worked on reaches the job that runs")
    func allowDamagedMeanwhile() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(JPEGFile.halfGrey)
            try await desk.library.ground.database.write { tx in
                _ = try tx.execute("UPDATE jobs SET state = 'active', worker = 'held', attempt = 1")
            }
            let again = try await desk.upload(JPEGFile.halfGrey, allowDamaged: true)
            #expect(!again.isNew && again.status == .processing)
            #expect(try await desk.count("jobs") == 2)
            let asked = #"kind = 'generate-variants' AND state = 'active' AND payload = '{"allowDamaged":true}'"#
            #expect(try await desk.count("jobs WHERE \(asked)") == 1)
        }
    }

    @Test("of the same bytes twice in one batch keeps them once")
    func twins() async throws {
        try await LibraryDesk.with { desk in
            let batch = [try await desk.accept(picture), try await desk.accept(picture)]
            let outcomes = try await desk.library.uploads.store(batch, at: UploadTarget())
            #expect(outcomes.map(\.isNew) == [true, false])
            #expect(outcomes[0].image.id == outcomes[1].image.id)
            #expect(desk.pictureFiles.count == 1)
        }
    }

    @Test("that races with others of the same bytes keeps them once, and one of them is new")
    func race() async throws {
        try await LibraryDesk.with { desk in
            let outcomes = try await withThrowingTaskGroup(of: UploadOutcome.self) { group in
                for _ in 0..<32 { group.addTask { try await desk.upload(picture) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count(where: \.isNew) == 1)
            #expect(Set(outcomes.map(\.image.id)).count == 1)
            #expect(try await desk.count("originals") == 1)
            #expect(desk.pictureFiles.count == 1)
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("links to its session, new or not")
    func sessions() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(picture, at: UploadTarget(sessionID: "a"))
            let again = try await desk.upload(picture, at: UploadTarget(sessionID: "b"))
            try await desk.upload(picture, at: UploadTarget(sessionID: "b"))
            #expect(try await desk.library.images.details(again.image.id).sessions == ["a", "b"])
        }
    }

    @Test(
        "with a session that cannot be is refused and stores nothing",
        arguments: [
            "", String(repeating: "s", count: 129), "a\nb", "\u{7F}",
        ])
    func badSession(_ session: String) async throws {
        try await LibraryDesk.with { desk in
            let fault = await #expect(throws: Fault.self) {
                try await desk.upload(picture, at: UploadTarget(sessionID: session))
            }
            #expect(fault?.code == "bad-session-id")
            let images = try await desk.count("images")
            #expect(images == 0)
            #expect(desk.pictureFiles.isEmpty)
        }
    }

    @Test(
        "of what is no picture is refused with its reason and leaves nothing",
        arguments: [
            ("nothing", [UInt8](), "empty-file"), ("text", Array("hello".utf8), "not-a-picture"),
            ("half a PNG", Array(PNGFile.drawn(40, 30).dropLast(20)), "truncated"),
        ])
    func refused(_ name: String, _ bytes: [UInt8], _ code: String) async throws {
        try await LibraryDesk.with { desk in
            let fault = await #expect(throws: Fault.self) { try await desk.upload(bytes) }
            #expect(fault?.code == code, "\(name)")
            #expect(fault?.kind == .unprocessable)
            let images = try await desk.count("images")
            #expect(images == 0)
            #expect(desk.pictureFiles.isEmpty && desk.temporaryFiles.isEmpty)
        }
    }

    @Test("beyond the limit is refused while it arrives")
    func tooLarge() async throws {
        try await LibraryDesk.with { desk in
            let fault = await #expect(throws: Fault.self) {
                try await desk.upload([UInt8](repeating: 1, count: 1 << 20 + 1))
            }
            #expect(fault?.code == "file-too-large")
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("with an id of the client's own gets it, also for bytes that another image shows")
    func fixedID() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(picture)
            let wanted = ImageID.make()
            let second = try await desk.upload(picture, at: UploadTarget(fixedID: wanted))
            #expect(second.isNew && second.image.id == wanted)
            #expect(second.image.original.id == first.image.original.id)
            let again = try await desk.upload(picture, at: UploadTarget(fixedID: wanted))
            #expect(!again.isNew)
            let fault = await #expect(throws: Fault.self) {
                try await desk.upload(PNGFile.drawn(9, 9), at: UploadTarget(fixedID: wanted))
            }
            #expect(fault?.code == "id-taken")
            #expect(desk.pictureFiles.count == 1, "the refused bytes were taken back")
        }
    }
}
