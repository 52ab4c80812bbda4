import AgJobs
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

@Suite("A new recipe", .everyEngine, .timeLimit(.minutes(2)))
struct RecipeUpkeepTests {
    private func upkeep(_ desk: LibraryDesk) -> RecipeUpkeep {
        RecipeUpkeep(database: desk.library.ground.database, queue: desk.library.ground.queue, pageSize: 2)
    }

    private func age(_ desk: LibraryDesk) async throws {
        try await desk.library.ground.database.write { tx in
            try tx.execute("UPDATE image_variants SET recipe = 'older'")
            try tx.execute("UPDATE library_state SET value = 'older' WHERE name = 'recipe'")
        }
    }

    @Test("leaves pictures completed and has each of them made again, behind new uploads")
    func rebuilds() async throws {
        try await LibraryDesk.with { desk in
            for seed in 0..<5 { try await desk.upload(PNGFile.drawn(40, 30, seed: seed)) }
            try await desk.work()
            try await age(desk)
            let completed = try await desk.library.images.list(ImageFilter(status: .completed), limit: 9)
            #expect(completed.images.count == 5)

            #expect(try await upkeep(desk).run() == 5)

            let rebuild = JobPriority.rebuild.rawValue
            #expect(try await desk.count("jobs WHERE state = 'queued' AND priority = \(rebuild)") == 5)
            try await desk.work()
            #expect(try await desk.count("image_variants WHERE recipe = '\(Recipe.current)'") == 35)
            #expect(try await desk.library.ground.verifier.verify().findings.isEmpty)
        }
    }

    @Test("is asked for once")
    func once() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30))
            try await desk.work()
            try await age(desk)
            #expect(try await upkeep(desk).run() == 1)
            #expect(try await upkeep(desk).run() == 0)
            #expect(try await desk.count("jobs WHERE state = 'queued'") == 1)
        }
    }

    @Test("leaves alone what never had derived pictures")
    func bare() async throws {
        try await LibraryDesk.with { desk in
            try await desk.upload(PNGFile.drawn(40, 30))
            #expect(try await upkeep(desk).run() == 0)
        }
    }
}
