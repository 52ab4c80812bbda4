import AgBase
import AgImaging
import AgJobs
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgLibrary

@Suite("Handing out a picture again", .everyEngine, .timeLimit(.minutes(2)))
struct DeliveryCacheTests {
    private let picture = PNGFile.drawn(700, 300)

    private func deliver(_ desk: LibraryDesk, _ id: ImageID) async throws -> Delivered {
        try await desk.library.delivery.variant(.thumbnail, of: id)
    }

    @Test("costs no look at the database")
    func hot() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let ground = desk.library.ground
            // With a cache that a busy machine does not outlive.
            let delivery = Delivery(
                database: ground.database, blobs: ground.blobs, images: desk.library.images,
                cache: DeliveryCache(budget: 1 << 20, lifetime: .seconds(60)))
            let first = try await delivery.variant(.thumbnail, of: id)
            await ground.database.close()
            let second = try await delivery.variant(.thumbnail, of: id)
            #expect(second.entityTag == first.entityTag)
            let bytes = try #require(second.content.bytes, "kept by its bytes")
            #expect(Int64(bytes.count) == second.byteCount)
        }
    }

    @Test("ends with its deletion, at once and for each variant")
    func deleted() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            for name in VariantName.required { _ = try await desk.library.delivery.variant(name, of: id) }
            _ = try await desk.library.delivery.original(id)
            #expect(desk.library.delivery.cache.count == 8)
            try await desk.library.images.delete(id)
            #expect(desk.library.delivery.cache.count == 0)
            let fault = await #expect(throws: Fault.self) { _ = try await deliver(desk, id) }
            #expect(fault?.code == "no-such-image")
        }
    }

    @Test("gives the new picture and its generation as soon as it was made again")
    func remade() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work()
            let before = try await deliver(desk, id)
            _ = try await desk.library.ground.database.write { tx in
                // As an older encoder might have made it.
                try tx.execute(
                    "UPDATE image_variants SET sha256 = \([UInt8](repeating: 0, count: 32)) WHERE name = 'thumbnail'")
            }
            _ = try await desk.library.images.reprocess(id, [.generateVariants])
            try await desk.work()
            let after = try await deliver(desk, id)
            #expect(after.image.generation == before.image.generation + 1)
        }
    }

    @Test("is not kept while it is being made")
    func notReady() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            await #expect(throws: NotReady.self) { _ = try await deliver(desk, id) }
            try await desk.work()
            #expect(try await deliver(desk, id).byteCount > 0)
        }
    }
}
