import AgBase
import AgJobs
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Testing

/// Several images may show the same bytes; what is made of them, and the jobs that make it, belong to the bytes.
@Suite("Images that show one original", .everyEngine, .timeLimit(.minutes(2)))
struct SharedOriginalTests {
    let picture = PNGFile.drawn(60, 40)

    private func two(_ desk: LibraryDesk) async throws -> (ImageID, ImageID) {
        let first = try await desk.upload(picture).image.id
        let second = try await desk.upload(picture, at: UploadTarget(fixedID: .make())).image.id
        #expect(first != second)
        return (first, second)
    }

    private func jobs(_ desk: LibraryDesk, of image: ImageID) async throws -> [JobRecord] {
        try await desk.library.ground.queue.jobs(JobFilter(imageID: image.text), limit: 10)
    }

    @Test("have one job of each kind, which each of them lists as its own")
    func oneJob() async throws {
        try await LibraryDesk.with { desk in
            let (first, second) = try await two(desk)
            #expect(try await desk.count("jobs") == 2)
            for id in [first, second] {
                let listed = try await jobs(desk, of: id)
                #expect(Set(listed.map(\.kind)) == [.generateVariants, .generateMetadata])
                #expect(listed.allSatisfy { $0.imageID == id.text })
                let progress = try await desk.library.images.progress(id)
                #expect(progress.status == .pending)
                #expect(progress.jobs.map(\.imageID) == [id.text, id.text])
            }
            let pending = try await desk.library.images.list(ImageFilter(status: .pending), limit: 9)
            #expect(Set(pending.images.map(\.image.id)) == [first, second])
            try await desk.work()
            for id in [first, second] {
                #expect(try await desk.library.images.progress(id).status == .completed)
            }
        }
    }

    @Test("are both named by the events of their job")
    func events() async throws {
        try await LibraryDesk.with { desk in
            let (first, second) = try await two(desk)
            try await desk.work()
            for id in [first, second] {
                let types: [String] = try await desk.library.ground.database.read { connection in
                    try connection.all("SELECT type, data FROM events WHERE subject_id = \(id) ORDER BY sequence") {
                        row in
                        let data: String = try row[1]
                        #expect(data.contains("\"imageId\":\"\(id)\""))
                        return try row[0]
                    }
                }
                #expect(types.count { $0 == "job-active" } == 2)
                #expect(types.count { $0 == "job-completed" } == 2)
                #expect(types.contains("image-updated"))
            }
        }
    }

    @Test("lose nothing when the one goes that the job was asked for by")
    func deletion() async throws {
        try await LibraryDesk.with { desk in
            let (first, second) = try await two(desk)
            try await desk.library.images.delete(first)
            let left = try await desk.library.ground.queue.jobs(JobFilter(), limit: 9)
            #expect(left.allSatisfy { $0.state == .queued && $0.imageID == second.text })
            try await desk.work()
            #expect(try await desk.library.images.progress(second).status == .completed)
        }
    }

    @Test("have their job cancelled when the last one goes, and the event names it")
    func lastDeletion() async throws {
        try await LibraryDesk.with { desk in
            let (first, second) = try await two(desk)
            for id in [first, second] { try await desk.library.images.delete(id) }
            #expect(try await desk.count("jobs WHERE state = 'cancelled'") == 2)
            #expect(try await desk.count("events WHERE type = 'job-failed' AND subject_id = '\(second)'") == 2)
            #expect(try await desk.count("originals") == 0)
        }
    }

    @Test("made again through one of them have new URLs all")
    func generations() async throws {
        try await LibraryDesk.with { desk in
            let (first, second) = try await two(desk)
            try await desk.work()
            try await desk.library.ground.database.write { tx in
                _ = try tx.execute(
                    "UPDATE image_variants SET sha256 = \([UInt8](repeating: 0, count: 32)) WHERE path IS NOT NULL")
            }
            _ = try await desk.library.images.reprocess(first, [.generateVariants])
            try await desk.work()
            for id in [first, second] {
                let last: String? = try await desk.library.ground.database.read {
                    try $0.value(
                        """
                        SELECT data FROM events WHERE type = 'image-updated' AND subject_id = \(id)
                        ORDER BY sequence DESC LIMIT 1
                        """)
                }
                #expect(last?.contains("\"generation\":2") == true)
            }
        }
    }

    @Test("A job that is asked for twice does both", arguments: [true, false])
    func joined(_ isDamagedFirst: Bool) async throws {
        try await LibraryDesk.with { desk in
            // Cut short: one that is taken only with `allowDamaged`, and whose row says so only once it is decoded.
            let id = try await desk.upload(picture).image.id
            let again = { _ = try await desk.library.images.reprocess(id, [.generateVariants]) }
            let damaged = { _ = try await desk.upload(picture, allowDamaged: true) }
            for ask in isDamagedFirst ? [damaged, again] : [again, damaged] { try await ask() }
            let job = try #require(try await jobs(desk, of: id).first { $0.kind == .generateVariants })
            #expect(job.payload == #"{"again":true,"allowDamaged":true}"#)
            #expect(try await desk.count("jobs WHERE kind = 'generate-variants'") == 1)
        }
    }

    @Test("Jobs that an older version queued for images become jobs of the original")
    func migrated() async throws {
        let folder = TemporaryFolder()
        let (first, second) = try await LibraryDesk.with(folder: folder) { desk in
            let pair = try await two(desk)
            try await desk.library.ground.database.write { tx in
                try tx.execute("DELETE FROM jobs")
                for (number, id) in [pair.0, pair.1].enumerated() {
                    try tx.execute(
                        old(
                            number, id, "generate-variants",
                            number == 0 ? "{\"again\":true}" : "{\"allowDamaged\":true}"))
                    try tx.execute(old(number + 2, id, "generate-metadata", "{}"))
                }
                try tx.execute("DELETE FROM schema_migrations WHERE number = 190")
            }
            return pair
        }
        try await LibraryDesk.with(folder: folder) { desk in
            #expect(try await desk.count("jobs") == 2)
            let job = try #require(try await jobs(desk, of: second).first { $0.kind == .generateVariants })
            #expect(job.payload == #"{"again":true,"allowDamaged":true}"#)
            let all = try await desk.library.ground.queue.jobs(JobFilter(), limit: 9)
            #expect(all.allSatisfy { $0.imageID == first.text })
            try await desk.work()
            #expect(try await desk.library.images.progress(second).status == .completed)
        }
    }

    @Test("A job that names an image is understood, for an older program may run beside this one")
    func oldProgramBeside() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.library.ground.database.write { tx in
                try tx.execute("DELETE FROM jobs")
                try tx.execute(old(0, id, "generate-variants", "{}"))
            }
            try await desk.work()
            #expect(try await desk.library.images.progress(id).status == .completed)
        }
    }

    /// As versions wrote it whose jobs were about images.
    private func old(_ number: Int, _ image: ImageID, _ kind: String, _ payload: String) -> SQL {
        """
        INSERT INTO jobs (id, kind, subject, is_about_image, recipe, payload, state, priority, run_at, attempt,
            max_attempts, crashes, losses, fence, created_at)
        VALUES (\("0000000\(number)-0000-7000-8000-000000000000"), \(kind), \(image), 1, \(Recipe.current), \(payload),
            'queued', 10, 0, 0, 3, 0, 0, 0, 0)
        """
    }
}
