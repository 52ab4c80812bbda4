package import AgBase
import AgBlobs
import AgCrypto
package import AgImaging
package import AgModel
import AgSQL

/// Makes pictures on the fly: equal wishes at one time once, and equal wishes later not at all while the cache has room.
package struct Renders: Sendable {
    /// What a codec child does.
    package typealias Maker = @Sendable (OpenFile, RenderOrder) async throws -> RenderResult

    package let settings: RenderSettings
    package let counts = RenderCounts()
    let delivery: Delivery
    let cache: RenderCache
    private let work: SharedWork<String, Made>
    private let slots: Int
    private let make: Maker

    /// - Parameter slots: how many renders are made at a time; the others wait without an open file.
    init(
        _ settings: RenderSettings, delivery: Delivery, cache: RenderCache, slots: Int = .max, make: @escaping Maker
    ) {
        self.settings = settings
        self.delivery = delivery
        self.cache = cache
        self.slots = slots
        self.make = make
        work = SharedWork(limit: settings.queue, slots: slots)
    }

    /// The same in front of another maker: tests hold it still.
    package func made(by make: @escaping Maker) -> Renders {
        Renders(settings, delivery: delivery, cache: cache, slots: slots, make: make)
    }

    /// Throws `Fault`: 404 for an unknown image, 410 when its bytes were lost, 422 when it cannot be read, 429 when too
    /// many wishes of this caller wait.
    package func render(_ wish: RenderWish, of id: ImageID, for caller: Caller) async throws -> Delivered {
        let key = DeliveryKey(image: id, form: .render(wish))
        if let known = delivery.cache.value(for: key) {
            counts.add(.hit)
            return known
        }
        let ticket = delivery.cache.ticket()
        let found = try await delivery.unlessReplaced { try await find(wish, of: id, for: caller) }
        // A large one may be a file in memory, or one that the disk has no more room for.
        if found.content.bytes != nil { delivery.cache.keep(found, for: key, ticket) }
        return found
    }

    private func find(_ wish: RenderWish, of id: ImageID, for caller: Caller) async throws -> Delivered {
        let subject = try await subject(id)
        // One whose file is gone is no reason to have no picture.
        if case .ready(let name) = subject.source(wish), let variant = try? await delivery.variant(name, of: id) {
            counts.add(.variant)
            return variant
        }
        let name = RenderName(wish, of: subject.image.original)
        if let cached = await cache.find(name) {
            counts.add(.hit)
            return subject.delivered(wish, cached)
        }
        counts.add(.miss)
        let made = try await make(wish, subject, name, for: caller)
        // What is sent slowly shall lie on the disk, not in memory.
        if let kept = await cache.find(name) {
            return subject.delivered(wish, kept)
        }
        let content = try await cache.content(of: made.picture)
        return subject.delivered(wish, made.sha256, made.picture.length, content)
    }

    /// What is in the cache, how many different renders are under way, and how many requests wait for them.
    package var holdings: (files: Int, bytes: Int64, underWay: Int, waiting: Int) {
        let (files, bytes) = cache.holdings
        return (files, bytes, work.count, work.waitingCount)
    }

    private struct Made: Sendable {
        let picture: RenderedPicture
        let sha256: SHA256Digest
    }

    private func make(
        _ wish: RenderWish, _ subject: RenderSubject, _ name: RenderName, for caller: Caller
    ) async throws -> Made {
        do {
            return try await work.value(name.text, for: caller) { try await make(anew: wish, subject, name) }
        } catch is TooMuchWork {
            counts.add(.refused)
            throw RenderRefusal.queueFull(settings.queue)
        } catch let error as CodecError {
            counts.add(.failed)
            throw RenderRefusal.fault(for: error, subject.image.id)
        }
    }

    private func make(anew wish: RenderWish, _ subject: RenderSubject, _ name: RenderName) async throws -> Made {
        let picture = try await picture(wish, subject)
        let sha256 = try await cache.keep(picture, as: name)
        // Deleted while it was made: its renders were forgotten before this one came.
        if try await !isThere(subject.image.original.id) { await cache.forget(subject.image.original.id) }
        return Made(picture: picture, sha256: sha256)
    }

    private func picture(_ wish: RenderWish, _ subject: RenderSubject) async throws -> RenderedPicture {
        if case .variant(let name) = subject.source(wish), let variant = subject.path(of: name) {
            do {
                let file = try await delivery.local(variant.path, variant.byteCount)
                return try await picture(wish, file, subject, leastReduction: 2)
            } catch  where !(error is CancellationError) && !RenderRefusal.isOurs(error) {
                // A variant that is gone or damaged is no reason to have no picture.
            }
        }
        let original = subject.image.original
        if original.lostAt != nil { throw DeliveryRefusal.lost(subject.image.id) }
        let file = try await delivery.local(original.path, original.byteCount)
        // Somebody waits for it, and most of the time goes into pixels of an original that are averaged away.
        return try await picture(wish, file, subject, leastReduction: 1)
    }

    private func picture(
        _ wish: RenderWish, _ file: OpenFile, _ subject: RenderSubject, leastReduction: Int
    ) async throws -> RenderedPicture {
        let order = RenderOrder(
            thumbnail: nil, outputs: [wish.output], wantsAnalysis: false,
            toleratesDamage: subject.image.original.isDamaged, leastReduction: leastReduction)
        let result = try await make(file, order)
        counts.add(.made)
        return result.outputs[0]
    }

    private func subject(_ id: ImageID) async throws -> RenderSubject {
        try await delivery.database.read(.lookUp) { connection in
            let image = try Images.require(id, in: connection)
            return RenderSubject(image: image, variants: try Variant.all(of: image.original.id, in: connection))
        }
    }

    private func isThere(_ original: OriginalID) async throws -> Bool {
        try await delivery.database.read(.lookUp) { try !Original.existing(among: [original], in: $0).isEmpty }
    }
}
