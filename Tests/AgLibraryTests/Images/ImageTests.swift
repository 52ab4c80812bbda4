import AgBase
import AgImaging
import AgJobs
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("A picture in the library", .everyEngine, .timeLimit(.minutes(3)))
struct ImageTests {
    let picture = PNGFile.drawn(700, 300)

    @Test("gets its thumbnail and variants, never larger than itself")
    func processed() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let details = try await desk.library.images.details(id)
            #expect(details.status == .completed)
            #expect(details.variants.map(\.name) == VariantName.required)
            #expect(details.variants.map(\.width) == [150, 640, 640, 700, 700, 700, 700])
            #expect(details.insight?.placeholder?.isEmpty == false)
            #expect(details.insight?.colors.isEmpty == false)
            #expect(details.insight?.exif != nil)
            #expect(desk.pictureFiles.count == 7)
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    @Test("is worked on by handlers of just the kinds that can be named")
    func kinds() async throws {
        try await LibraryDesk.with { desk in
            #expect(desk.library.allHandlers.map(\.kind) == Library.jobKinds)
        }
    }

    @Test("is handed out byte for byte, with a tag that follows from the content")
    func delivered() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let waiting = await #expect(throws: NotReady.self) {
                _ = try await desk.library.delivery.variant(.thumbnail, of: id)
            }
            #expect(waiting?.retryAfter == .seconds(1))
            try await desk.work()
            let original = try await desk.library.delivery.original(id)
            let file = try #require(original.content.file)
            #expect(try file.read(at: 0, count: 1 << 20) == picture)
            #expect(original.entityTag.count == 22)
            let thumbnail = try await desk.library.delivery.variant(.thumbnail, of: id)
            let bytes = try #require(thumbnail.content.bytes, "the thumbnail is in its row")
            #expect(PictureFormat(sniffing: bytes) == .webp)
        }
    }

    @Test("that is made again keeps its files until the new ones are there, and loses them then")
    func reprocessed() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let before = Set(desk.pictureFiles)
            let jobs = try await desk.library.images.reprocess(id, [.generateVariants])
            #expect(jobs.count == 1)
            #expect(try await desk.library.images.progress(id).status == .completed)
            try await desk.work()
            try await desk.library.ground.removals.removeAll()
            let after = Set(desk.pictureFiles)
            #expect(after.count == 7)
            #expect(before.intersection(after).count == 1, "only the original stays")
            #expect(try await desk.library.ground.verifier.verify().findings.isEmpty)
        }
    }

    @Test("goes before new uploads when it is made again, unless another one waits there already")
    func rebuildPriority() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(picture).image.id
            let second = try await desk.upload(PNGFile.drawn(300, 200)).image.id
            try await desk.work()
            var priorities: [JobPriority?] = []
            for id in [first, second] {
                let job = try await desk.library.images.reprocess(id, [.generateVariants])[0]
                priorities.append(try await desk.library.ground.queue.job(job)?.priority)
            }
            #expect(priorities == [.interactive, .rebuild])
        }
    }

    @Test("that is deleted leaves no row and no file")
    func deleted() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture, at: UploadTarget(sessionID: "s")).image.id
            try await desk.work()
            try await desk.library.images.delete(id)
            try await desk.library.ground.removals.removeAll()
            for table in ["images", "originals", "image_variants", "image_metadata", "session_images", "blob_removals"]
            {
                #expect(try await desk.count(table) == 0, "\(table)")
            }
            #expect(desk.pictureFiles.isEmpty)
            let fault = await #expect(throws: Fault.self) { try await desk.library.images.delete(id) }
            #expect(fault?.code == "no-such-image")
        }
    }

    @Test("that is deleted before its jobs ran takes them along")
    func deletedEarly() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.library.images.delete(id)
            #expect(try await desk.count("jobs WHERE state IN ('queued', 'active')") == 0)
            try await desk.work()
            try await desk.library.ground.removals.removeAll()
            #expect(desk.pictureFiles.isEmpty)
        }
    }

    @Test("keeps the bytes while another image shows them")
    func shared() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(picture).image.id
            let second = try await desk.upload(picture, at: UploadTarget(fixedID: .make())).image.id
            try await desk.library.images.delete(first)
            try await desk.work()
            #expect(try await desk.library.images.details(second).status == .completed)
            #expect(desk.pictureFiles.count == 7)
        }
    }

    @Test("leaves a session and stays in the library")
    func unlinked() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture, at: UploadTarget(sessionID: "s")).image.id
            try await desk.library.images.unlink(id, from: "s")
            #expect(try await desk.library.images.details(id).sessions.isEmpty)
            let fault = await #expect(throws: Fault.self) { try await desk.library.images.unlink(id, from: "s") }
            #expect(fault?.code == "not-in-session")
        }
    }

    @Test("whose job gave up is failed, and says why")
    func failed() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let jobs = try await desk.library.images.progress(id).jobs
            let variants = try #require(jobs.first { $0.kind == .generateVariants })
            try await desk.library.ground.queue.cancel(variants.id)
            #expect(try await desk.library.images.progress(id).status == .failed)
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.library.delivery.variant(.thumbnail, of: id)
            }
            #expect(fault?.code == "variant-failed")
            #expect(try await desk.library.images.list(ImageFilter(status: .failed), limit: 5).images.count == 1)
        }
    }
}

@Suite("A list of pictures", .everyEngine, .timeLimit(.minutes(2)))
struct ImageListTests {
    @Test("walks all of them once, newest first, while others come in")
    func walk() async throws {
        try await LibraryDesk.with { desk in
            var uploaded: [ImageID] = []
            for seed in 0..<7 { uploaded.append(try await desk.upload(PNGFile.drawn(8, 8, seed: seed)).image.id) }
            var seen: [ImageID] = []
            var cursor: ImageCursor?
            repeat {
                let page = try await desk.library.images.list(ImageFilter(), limit: 3, after: cursor)
                seen += page.images.map(\.image.id)
                cursor = page.next
                try await desk.upload(PNGFile.drawn(8, 8, seed: 100 + seen.count))
            } while cursor != nil
            #expect(seen == uploaded.reversed())
        }
    }

    @Test("filters by session, type and status, and counts when asked")
    func filters() async throws {
        try await LibraryDesk.with { desk in
            let inside = try await desk.upload(PNGFile.drawn(8, 8, seed: 1), at: UploadTarget(sessionID: "s")).image.id
            try await desk.work()
            try await desk.upload(PNGFile.drawn(8, 8, seed: 2))
            let images = desk.library.images
            func ids(_ filter: ImageFilter) async throws -> [ImageID] {
                try await images.list(filter, limit: 10).images.map(\.image.id)
            }
            #expect(try await ids(ImageFilter(sessionID: "s")) == [inside])
            #expect(try await ids(ImageFilter(sessionID: "t")).isEmpty)
            #expect(try await ids(ImageFilter(mediaType: "image/png")).count == 2)
            #expect(try await ids(ImageFilter(mediaType: "image/jpeg")).isEmpty)
            #expect(try await ids(ImageFilter(mediaType: "nonsense")).isEmpty)
            #expect(try await ids(ImageFilter(status: .completed)) == [inside])
            #expect(try await ids(ImageFilter(status: .pending)).count == 1)
            #expect(try await ids(ImageFilter(status: .failed)).isEmpty)
            let counted = try await images.list(ImageFilter(), limit: 1, countsAll: true)
            #expect(counted.total == 2)
            #expect(counted.next != nil)
        }
    }
}
