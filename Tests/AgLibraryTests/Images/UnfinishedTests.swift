import AgBase
import AgJobs
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

/// `unfinished_originals` may hold too much, and must never hold too little: then a list would hide a failure.
@Suite("An unfinished picture", .everyEngine, .timeLimit(.minutes(2)))
struct UnfinishedTests {
    private func noted(_ desk: LibraryDesk) async throws -> Int { try await desk.count("unfinished_originals") }

    /// Originals without all outcomes that nobody noted.
    private func overlooked(_ desk: LibraryDesk) async throws -> Int {
        let unnoted = "i.original_id NOT IN (SELECT original_id FROM unfinished_originals)"
        return try await desk.library.ground.database.read { connection in
            try connection.value(
                "SELECT count(*) FROM images i WHERE NOT \(Variant.isComplete) AND \(raw: unnoted)") ?? -1
        }
    }

    private func cancelJobs(of id: ImageID, in desk: LibraryDesk) async throws {
        for job in try await desk.library.images.progress(id).jobs {
            try await desk.library.ground.queue.cancel(job.id)
        }
    }

    @Test("is noted from its upload to its last outcome")
    func life() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30))
            #expect(try await noted(desk) == 1)
            try await desk.work()
            #expect(try await noted(desk) == 0)
        }
    }

    @Test("is noted once however many images show it, and forgotten with the last of them")
    func deleted() async throws {
        try await LibraryDesk.with { desk in
            let first = try await desk.upload(PNGFile.drawn(40, 30)).image.id
            let second = try await desk.upload(PNGFile.drawn(40, 30), at: UploadTarget(fixedID: .make())).image.id
            #expect(try await noted(desk) == 1)
            try await desk.library.images.delete(first)
            #expect(try await noted(desk) == 1)
            try await desk.library.images.delete(second)
            #expect(try await noted(desk) == 0)
        }
    }

    @Test("is noted again when a repair takes an outcome away", arguments: ["path", "content"])
    func repaired(_ place: String) async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30))
            try await desk.work()
            try await desk.library.ground.database.write { tx in
                let wrong: SQL = "sha256 = \([UInt8](repeating: 0, count: 32))"
                try tx.execute(
                    "UPDATE image_variants SET \(wrong) WHERE \(raw: place) IS NOT NULL AND name IN ('thumbnail', 'small.webp')"
                )
            }
            _ = try await desk.library.ground.verifier.verify(repair: true)
            #expect(try await noted(desk) == 1)
            #expect(try await overlooked(desk) == 0)
            try await desk.work()
            #expect(try await noted(desk) == 0)
        }
    }

    @Test("that is deleted while a repair looks at it is not noted, and the repair goes on")
    func deletedMeanwhile() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(PNGFile.drawn(40, 30)).image
            try await desk.work()
            let ground = desk.library.ground
            let reference = try #require(
                try await ground.database.read { try Variant.references(after: "", limit: 9, in: $0) }.first)
            try await desk.library.images.delete(image.id)
            _ = try await ground.verifier.mend(reference, .missingFile)
            try await ground.verifier.makeAgain(image.original.id, where: "content IS NOT NULL")
            #expect(try await noted(desk) == 0)
        }
    }

    @Test("is noted when a new recipe asks for what it has not")
    func recipe() async throws {
        try await LibraryDesk.with { desk in
            for seed in 0..<3 { try await desk.upload(PNGFile.drawn(40, 30, seed: seed)) }
            try await desk.work()
            try await desk.library.ground.database.write { tx in
                try tx.execute("DELETE FROM image_variants WHERE name = 'large.avif'")
                try tx.execute("UPDATE library_state SET value = 'older' WHERE name = 'recipe'")
            }
            let ground = desk.library.ground
            #expect(try await RecipeUpkeep(database: ground.database, queue: ground.queue, pageSize: 2).run() == 3)
            #expect(try await noted(desk) == 3)
            #expect(try await overlooked(desk) == 0)
        }
    }

    @Test("of a database from before is found by the migration, and no other")
    func migrated() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30, seed: 1))
            try await desk.work()
            try await desk.upload(PNGFile.drawn(40, 30, seed: 2))
            let step = try #require(LibraryGround.migrations.first { $0.number == 6 })
            try await desk.library.ground.database.write { tx in
                try tx.execute("DROP TABLE unfinished_originals")
                for statement in step.statements(tx.dialect) { try tx.execute("\(raw: statement)") }
            }
            #expect(try await noted(desk) == 1)
            #expect(try await overlooked(desk) == 0)
        }
    }

    @Test("is listed page by page, newest first, beside few and beside very many", arguments: [0, 10_001])
    func listed(_ others: Int) async throws {
        try await LibraryDesk.with { desk in
            var failed: [ImageID] = []
            for seed in 0..<5 { failed.append(try await desk.upload(PNGFile.drawn(8, 8, seed: seed)).image.id) }
            for id in failed { try await cancelJobs(of: id, in: desk) }
            let waiting = try await desk.upload(PNGFile.drawn(8, 8, seed: 9)).image.id
            try await note(others, in: desk)

            #expect(try await pages(.failed, desk) == failed.reversed())
            #expect(try await pages(.pending, desk) == [waiting])
            #expect(try await pages(.processing, desk).isEmpty)
            let found = try await desk.library.images.list(ImageFilter(status: .failed), limit: 1, countsAll: true)
            #expect(found.total == 5)
        }
    }

    @Test("is looked for the shorter way: few by themselves, many among all from the newest on")
    func plans() async throws {
        // PostgreSQL decides by its statistics, which a test's few rows do not have.
        guard Engine.current == .sqlite else { return }
        try await LibraryDesk.with { desk in
            let cursor = ImageCursor(uploadedAt: Timestamp(milliseconds: 9), id: .make())
            for status in [ImageStatus.failed, .pending, .processing] {
                for after in [nil, cursor] {
                    let few = try await plan(status, .throughUnfinished(.sqlite), after, desk)
                    #expect(few.contains { $0.contains("images_by_original (original_id=?)") }, "\(few)")
                    #expect(!few.contains { $0.contains("images_by_upload") }, "\(few)")
                    let many = try await plan(status, .throughAll, after, desk)
                    #expect(many.contains { $0.contains("i USING INDEX images_by_upload") }, "\(many)")
                    #expect(!many.contains { $0.contains("TEMP B-TREE") }, "\(many)")
                    #expect((few + many).allSatisfy { !$0.contains("SCAN j") }, "\(few) \(many)")
                }
            }
        }
    }

    private func plan(
        _ status: ImageStatus, _ scan: UnfinishedScan, _ cursor: ImageCursor?, _ desk: LibraryDesk
    ) async throws -> [String] {
        let filter = ImageFilter(status: status)
        let condition = Images.condition(filter, scan, desk.library.ground.queue)
        let page = Images.page(filter, condition, scan.order, after: cursor, limit: 9)
        return try await desk.library.ground.database.read { connection in
            try connection.all("EXPLAIN QUERY PLAN " + page) { try $0["detail"] as String }
        }
    }

    @Test("that nobody noted is noted by a repair")
    func mended() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30, seed: 1))
            try await desk.work()
            try await desk.upload(PNGFile.drawn(40, 30, seed: 2))
            _ = try await desk.library.ground.database.write { try $0.execute("DELETE FROM unfinished_originals") }
            #expect(try await overlooked(desk) == 1)
            _ = try await desk.library.ground.verifier.verify(repair: true)
            #expect(try await overlooked(desk) == 0)
            #expect(try await noted(desk) == 1)
        }
    }

    /// Originals that no image shows any more, and that were never finished.
    private func note(_ count: Int, in desk: LibraryDesk) async throws {
        try await desk.library.ground.database.write { tx in
            for number in 0..<count {
                let (id, hash) = (
                    OriginalID.make(), Array("\(number + 1_000_000_000)-0123456789abcdefghijk".utf8.prefix(32))
                )
                try tx.execute(
                    """
                    INSERT INTO originals (id, sha256, path, byte_count, format, width, height, frames, has_alpha,
                        is_damaged, created_at)
                    VALUES (\(id), \(hash), \("other/\(number)"), 1, 'png', 1, 1, 1, 0, 0, 1)
                    """)
                try UnfinishedOriginals.add(id, in: tx)
            }
        }
    }

    private func pages(_ status: ImageStatus, _ desk: LibraryDesk) async throws -> [ImageID] {
        var found: [ImageID] = []
        var cursor: ImageCursor?
        repeat {
            let page = try await desk.library.images.list(ImageFilter(status: status), limit: 2, after: cursor)
            #expect(page.images.allSatisfy { $0.status == status })
            found += page.images.map(\.image.id)
            cursor = page.next
        } while cursor != nil
        return found
    }
}
