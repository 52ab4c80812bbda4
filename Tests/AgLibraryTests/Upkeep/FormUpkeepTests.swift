import AgImaging
import AgJobs
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

@Suite("Graphics from before their forms were tried", .everyEngine, .timeLimit(.minutes(2)))
struct FormUpkeepTests {
    private func upkeep(_ desk: LibraryDesk) -> FormUpkeep {
        FormUpkeep(database: desk.library.ground.database, queue: desk.library.ground.queue, pageSize: 2)
    }

    /// Two PNGs, and three that pass for JPEGs: with larger variants of the same width, of another width, and lost.
    private func age(_ desk: LibraryDesk) async throws {
        for seed in 0..<5 { try await desk.upload(PNGFile.drawn(40, 30, seed: seed)) }
        try await desk.work()
        try await desk.library.ground.database.write { tx in
            let ids = try tx.all("SELECT id FROM originals ORDER BY id") { row -> String in try row[0] }
            for id in ids[2...] { try tx.execute("UPDATE originals SET format = 'jpeg' WHERE id = \(id)") }
            try tx.execute("UPDATE originals SET byte_count = 1 WHERE id IN \(list: Array(ids[2...]))")
            try tx.execute("UPDATE originals SET width = 99 WHERE id = \(ids[3])")
            try tx.execute("UPDATE originals SET lost_at = 1 WHERE id = \(ids[4])")
            try tx.execute("UPDATE image_variants SET encoding = NULL")
            try tx.execute("DELETE FROM library_state WHERE name = 'forms'")
        }
    }

    @Test("are made again behind new uploads, the likely ones and no other")
    func rebuilds() async throws {
        try await LibraryDesk.with { desk in
            try await age(desk)
            #expect(try await upkeep(desk).run() == 3)
            let rebuild = JobPriority.rebuild.rawValue
            #expect(try await desk.count("jobs WHERE state = 'queued' AND priority = \(rebuild)") == 3)
        }
    }

    @Test("have a form in every row afterwards, and are not looked for again")
    func once() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30))
            try await desk.work()
            try await desk.library.ground.database.write { tx in
                try tx.execute("UPDATE image_variants SET encoding = NULL")
                try tx.execute("DELETE FROM library_state WHERE name = 'forms'")
            }
            #expect(try await upkeep(desk).run() == 1)
            #expect(try await upkeep(desk).run() == 0)
            try await desk.work()
            #expect(try await desk.count("image_variants WHERE encoding IS NULL") == 0)
            #expect(try await desk.count("image_variants WHERE name = 'thumbnail' AND encoding = 'lossy'") == 1)
            #expect(try await desk.library.ground.verifier.verify().findings.isEmpty)
        }
    }

    @Test("keep rows without a form after the migration, and a form that is not known is none")
    func migrated() async throws {
        try await LibraryDesk.with { desk in
            let image = try await desk.upload(PNGFile.drawn(40, 30)).image
            try await desk.work()
            let ground = desk.library.ground
            let step = try #require(LibraryGround.migrations.first { $0.number == 7 })
            try await ground.database.write { tx in
                try tx.execute("ALTER TABLE image_variants DROP COLUMN encoding")
                for statement in step.statements(.sqlite) { try tx.execute("\(raw: statement)") }
                try tx.execute("UPDATE image_variants SET encoding = 'later' WHERE name = 'small.webp'")
            }
            let variants = try await ground.database.read { try Variant.all(of: image.original.id, in: $0) }
            #expect(variants.count == 7 && variants.allSatisfy { $0.encoding == nil })
        }
    }
}
