import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel
import AgTesting
import Glibc
import Testing

@testable import AgLibrary

@Suite("A picture made on the fly", .everyEngine, .timeLimit(.minutes(4)))
struct RenderTests {
    let picture = PNGFile.drawn(700, 300)

    private func wish(
        _ width: Int?, _ height: Int? = nil, _ fit: RenderFit = .inside, _ format: PictureFormat = .webp,
        q quality: Int = 80
    ) -> RenderWish {
        RenderWish(width: width, height: height, fit: fit, format: format, quality: quality, longestSide: 4_096)
    }

    private func bytes(_ delivered: Delivered) async throws -> [UInt8] {
        try await delivered.content.bytes(0..<delivered.byteCount)
    }

    private func settings(_ change: (inout RenderSettings) -> Void) -> RenderSettings {
        var settings = RenderSettings()
        change(&settings)
        return settings
    }

    private func renderFiles(_ desk: LibraryDesk) -> [String] { desk.folder.files(below: "renders") }

    /// Looks until it is so: what a task has done before it waits announces itself nowhere.
    private func until(_ isSo: () -> Bool) async throws {
        while !isSo() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("is made once, and found after that, also by the next run of the server")
    func cached() async throws {
        let folder = TemporaryFolder()
        let (id, first) = try await LibraryDesk.with(folder: folder) { desk in
            let id = try await desk.upload(picture).image.id
            let renders = desk.library.renders
            let made = try await renders.render(wish(100, 100, .cover), of: id, for: .server)
            let bytes = try await bytes(made)
            #expect(made.mediaType == "image/webp" && made.fileExtension == "webp")
            #expect(made.sha256 == .of(bytes) && PictureFormat(sniffing: bytes) == .webp)

            let found = try await renders.render(wish(100, 100, .cover), of: id, for: .server)
            #expect(try await self.bytes(found) == bytes && found.entityTag == made.entityTag)
            #expect(renders.counts[.hit] == 1 && renders.counts[.miss] == 1 && renders.counts[.made] == 1)
            return (id, bytes)
        }
        try await LibraryDesk.with(folder: folder) { desk in
            let renders = desk.library.renders
            let found = try await renders.render(wish(100, 100, .cover), of: id, for: .server)
            #expect(try await bytes(found) == first)
            #expect(renders.counts[.made] == 0 && renders.counts[.hit] == 1)
            #expect(renders.holdings.files == 1)
        }
    }

    @Test(
        "is not handed out from memory once its picture is deleted or another one, however short ago it was asked for")
    func forgotten() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let renders = desk.library.renders
            let wish = wish(100)
            _ = try await renders.render(wish, of: id, for: .server)
            _ = try await renders.render(wish, of: id, for: .server)
            #expect(renders.counts[.hit] == 1)
            _ = try await desk.library.images.delete(id)
            let refused = await #expect(throws: Fault.self) { try await renders.render(wish, of: id, for: .server) }
            #expect(refused?.kind == .notFound)
        }
    }

    @Test(
        "stays in memory for the next one only when it is small, above all when nothing is kept on the disk",
        arguments: [0, 1 << 30])
    func memory(_ cacheBytes: Int64) async throws {
        try await LibraryDesk.with(renders: settings { $0.cacheBytes = cacheBytes }) { desk in
            let id = try await desk.upload(picture).image.id
            let renders = desk.library.renders
            let large = try await renders.render(
                RenderWish(width: 2_000, height: nil, format: .png, longestSide: 4_096), of: id, for: .server)
            try #require(large.byteCount > 64 << 10)
            #expect(renders.delivery.cache.count == 0)
            _ = try await renders.render(wish(32), of: id, for: .server)
            #expect(renders.delivery.cache.count == 1)
        }
    }

    @Test("is one piece of work for all who ask at one time")
    func coalesced() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let latch = Latch()
            let asked = Collected<Int>()
            let renders = desk.library.renders.made { [codecs = desk.library.codecs] file, order in
                asked.add(1)
                try await latch.pass()
                return try await codecs.render(file, order, urgent: true)
            }
            let callers = (0..<10).map { _ in Task { try await renders.render(wish(64), of: id, for: .server).sha256 } }
            try await until { renders.holdings.waiting == 10 }
            latch.open()
            var sums: Set<SHA256Digest> = []
            for caller in callers { sums.insert(try await caller.value) }
            #expect(sums.count == 1 && asked.all.count == 1)
        }
    }

    @Test("is refused when too many wait, unless it is one of them, and made when there is room again")
    func queue() async throws {
        try await LibraryDesk.with(renders: settings { $0.queue = 2 }) { desk in
            let id = try await desk.upload(picture).image.id
            let latch = Latch()
            let renders = desk.library.renders.made { [codecs = desk.library.codecs] file, order in
                try await latch.pass()
                return try await codecs.render(file, order, urgent: true)
            }
            let callers = [32, 48, 32].map { width in
                Task { try await renders.render(wish(width), of: id, for: .server) }
            }
            try await until { renders.holdings.waiting == 3 }
            let refused = await #expect(throws: Fault.self) { try await renders.render(wish(64), of: id, for: .server) }
            #expect(refused?.kind == .tooManyRequests && refused?.code == "render-queue-full")
            #expect(refused?.retryAfter != nil && renders.counts[.refused] == 1)
            latch.open()
            for caller in callers { _ = try await caller.value }
            _ = try await renders.render(wish(64), of: id, for: .server)
        }
    }

    @Test("that is damaged on the disk is made again, never sent")
    func damaged() async throws {
        let folder = TemporaryFolder()
        let (id, good) = try await LibraryDesk.with(folder: folder) { desk in
            let id = try await desk.upload(picture).image.id
            return (id, try await bytes(try await desk.library.renders.render(wish(100), of: id, for: .server)))
        }
        let path = folder.file(try #require(folder.files(below: "renders").first))
        let whole = try OpenFile(reading: path).read(at: 0, count: 1 << 20)
        let damages: [(String, [UInt8])] = [
            ("empty", []), ("cut", Array(whole.dropLast(100))), ("without its beginning", Array(whole.dropFirst())),
            ("longer", whole + [0]), ("zeroed", [UInt8](repeating: 0, count: whole.count)),
            ("one bit", whole.prefix(40) + [whole[40] ^ 1] + whole.dropFirst(41)),
            ("another render", whole.dropLast(80) + [whole[whole.count - 80] ^ 1] + whole.suffix(79)),
        ]
        for (name, bytes) in damages {
            try overwrite(path, with: bytes)
            try await LibraryDesk.with(folder: folder) { desk in
                let renders = desk.library.renders
                let again = try await renders.render(wish(100), of: id, for: .server)
                let bytesAgain = try await self.bytes(again)
                #expect(bytesAgain == good, "\(name)")
                #expect(renders.counts[.hit] == 0 && renders.counts[.made] == 1, "\(name)")
                #expect(try OpenFile(reading: path).read(at: 0, count: 1 << 20) == whole, "\(name)")
            }
        }
    }

    private func overwrite(_ path: String, with bytes: [UInt8]) throws {
        let files = DiskFiles()
        try files.remove(path)
        let file = try files.create(path)
        try bytes.withUnsafeBytes { try files.writeAll($0, to: file) }
    }

    @Test("takes no more room than it may, now and after a restart")
    func budget() async throws {
        let folder = TemporaryFolder()
        func total(_ desk: LibraryDesk) throws -> Int64 {
            try renderFiles(desk).reduce(0) { try $0 + OpenFile(reading: folder.file($1)).length() }
        }
        let id = try await LibraryDesk.with(folder: folder, renders: settings { $0.cacheBytes = 30_000 }) { desk in
            let id = try await desk.upload(picture).image.id
            for width in stride(from: 100, to: 400, by: 15) {
                _ = try await desk.library.renders.render(wish(width), of: id, for: .server)
                let bytes = desk.library.renders.holdings.bytes
                let onDisk = try total(desk)
                #expect(bytes <= 30_000 && bytes == onDisk)
            }
            #expect(renderFiles(desk).count > 1)
            return id
        }
        try await LibraryDesk.with(folder: folder, renders: settings { $0.cacheBytes = 9_000 }) { desk in
            await desk.library.renders.cache.takeStock()
            let bytes = desk.library.renders.holdings.bytes
            let onDisk = try total(desk)
            #expect(bytes <= 9_000 && bytes == onDisk)
        }
        try await LibraryDesk.with(folder: folder, renders: settings { $0.cacheBytes = 0 }) { desk in
            let before = renderFiles(desk)
            _ = try await desk.library.renders.render(wish(77), of: id, for: .server)
            #expect(renderFiles(desk) == before && desk.library.renders.counts[.made] == 1)
            await desk.library.renders.cache.takeStock()
            #expect(renderFiles(desk).isEmpty)
        }
    }

    @Test("goes with its image, and an image that is gone has none")
    func deleted() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let other = try await desk.upload(PNGFile.drawn(90, 60, seed: 2)).image.id
            for image in [id, other] { _ = try await desk.library.renders.render(wish(50), of: image, for: .server) }
            #expect(renderFiles(desk).count == 2)
            try await desk.library.images.delete(id)
            #expect(renderFiles(desk).count == 1)
            let refusal = await #expect(throws: Fault.self) {
                try await desk.library.renders.render(wish(50), of: id, for: .server)
            }
            #expect(refusal?.kind == .notFound && refusal?.code == "no-such-image")
        }
    }

    @Test("that was being made while its image was deleted is not kept")
    func deletedMeanwhile() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let latch = Latch()
            let renders = desk.library.renders.made { [codecs = desk.library.codecs] file, order in
                try await latch.pass()
                return try await codecs.render(file, order, urgent: true)
            }
            let caller = Task { try await renders.render(wish(50), of: id, for: .server) }
            try await until { renders.holdings.waiting == 1 }
            try await desk.library.images.delete(id)
            latch.open()
            _ = try await caller.value
            #expect(renderFiles(desk).isEmpty)
        }
    }

    @Test("of a picture that another process deleted goes at the next look, and what a dead one began too")
    func strangers() async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { desk in
            let id = try await desk.upload(picture).image.id
            _ = try await desk.library.renders.render(wish(50), of: id, for: .server)
        }
        let kept = try #require(folder.files(below: "renders").first)
        let files = DiskFiles()
        let stranger = RenderName(wish(50), of: try await original(folder, id: OriginalID.make()))
        _ = try files.makeFolder(folder.file("renders/\(stranger.folder)"))
        try files.link(folder.file(kept), as: folder.file("renders/\(stranger.path)"))
        for name in ["0a0b0c0d-x.part", "0a0b0c0d-y.part", "notes.txt"] {
            _ = try files.create(folder.file("renders/\(name)"))
        }
        // The other one is young: another server of this folder may be writing it.
        let longAgo = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, folder.file("renders/0a0b0c0d-x.part"), longAgo, 0) == 0)
        try await LibraryDesk.with(folder: folder) { desk in
            await desk.library.renders.cache.takeStock()
            #expect(desk.library.renders.holdings.files == 2)
            await desk.library.renders.forgetStrangers()
            #expect(Set(renderFiles(desk)) == [kept, "renders/0a0b0c0d-y.part", "renders/notes.txt"])
            #expect(desk.library.renders.holdings.files == 1)
        }
    }

    private func original(_ folder: TemporaryFolder, id: OriginalID) async throws -> Original {
        try await LibraryDesk.with(folder: folder) { desk in
            let image = try await desk.upload(picture).image
            let now = image.original
            return Original(
                id: id, sha256: now.sha256, path: now.path, byteCount: now.byteCount, format: now.format,
                width: now.width, height: now.height, frames: now.frames, hasAlpha: now.hasAlpha,
                isDamaged: now.isDamaged, lostAt: nil, createdAt: now.createdAt)
        }
    }

    @Test("does not fail because it cannot be kept", arguments: FaultyFiles.Span.allCases)
    func failingCache(_ span: FaultyFiles.Span) async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(picture).image.id
            let library = desk.library
            for nth in 1...12 {
                let cache = RenderCache(
                    folder: desk.folder.file("failing-\(nth)"), budget: 1 << 20,
                    files: FaultyFiles(failing: nth, span, with: 28, longestWrite: 500),
                    reserve: library.ground.reserve,
                    time: SystemTime(), log: Log(to: SilentSink()))
                let renders = Renders(RenderSettings(), delivery: library.delivery, cache: cache) { file, order in
                    try await library.codecs.render(file, order)
                }
                for _ in 0..<3 {
                    let delivered = try await renders.render(wish(60), of: id, for: .server)
                    #expect(try await SHA256Digest.of(bytes(delivered)) == delivered.sha256, "call \(nth)")
                }
            }
        }
    }

    @Test("comes from a variant that is large enough, from the original when that is gone, and may be a variant")
    func sources() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(PNGFile.drawn(700, 400)).image.id
            try await desk.work()
            let variants = try await desk.library.images.details(id).variants
            let small = try #require(variants.first { $0.name == .sized(.small, .webp) })
            let lengths = Collected<Int64>()
            let renders = desk.library.renders.made { [codecs = desk.library.codecs] file, order in
                lengths.add(try file.length())
                return try await codecs.render(file, order, urgent: true)
            }
            let same = try await renders.render(wish(640), of: id, for: .server)
            #expect(same.sha256 == small.sha256 && lengths.all.isEmpty && renders.counts[.variant] == 1)

            _ = try await renders.render(wish(100), of: id, for: .server)
            #expect(lengths.all == [small.byteCount])
            try DiskFiles().remove(desk.folder.file(try #require(small.path).text))
            desk.library.delivery.cache.forget(try await desk.library.images.image(id).original.id)
            for width in [101, 640] {
                let again = try await renders.render(wish(width), of: id, for: .server)
                #expect(lengths.all.last != small.byteCount)
                #expect(PictureFormat(sniffing: try await bytes(again)) == .webp)
            }
            #expect(lengths.all.count == 3)
        }
    }

    @Test("cannot be had of a picture that does not decode, and the answer says why")
    func undecodable() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(JPEGFile.halfGrey).image.id
            let refusal = await #expect(throws: Fault.self) {
                try await desk.library.renders.render(wish(20), of: id, for: .server)
            }
            #expect(refusal?.kind == .unprocessable && refusal?.code == "render-failed")
            #expect(refusal?.details.first?.code == "damaged")
            #expect(desk.library.renders.counts[.failed] == 1 && renderFiles(desk).isEmpty)
        }
    }

    @Test("may be asked of a token in preset sizes alone")
    func presets() throws {
        let settings = RenderSettings()
        try settings.checkPreset(width: 640, height: 480, quality: 80)
        try settings.checkPreset(width: nil, height: 3_840, quality: 90)
        for (width, height, quality) in [(641, nil, 80), (nil, 7, 80), (640, 481, 80), (640, 480, 81)]
            as [(Int?, Int?, Int)]
        {
            let refusal = #expect(throws: Fault.self) {
                try settings.checkPreset(width: width, height: height, quality: quality)
            }
            #expect(refusal?.kind == .forbidden && refusal?.code == "size-not-allowed")
        }
    }
}

@Suite("A variant in whichever format", .everyEngine, .timeLimit(.minutes(2)))
struct SmallerFormatTests {
    @Test("is the smaller of those that the client takes")
    func smaller() async throws {
        try await LibraryDesk.with { desk in
            var winners: Set<VariantFormat> = []
            for bytes in [PNGFile.drawn(8, 8), PNGFile.drawn(500, 400)] {
                let id = try await desk.upload(bytes).image.id
                try await desk.work()
                let variants = try await desk.library.images.details(id).variants
                for size in VariantSize.allCases {
                    let both = variants.filter { $0.name.type == size.rawValue }
                    let smallest = try #require(both.min { $0.byteCount < $1.byteCount })
                    let delivered = try await desk.library.delivery.variant(size, in: [.avif, .webp], of: id)
                    #expect(delivered.byteCount == smallest.byteCount && delivered.sha256 == smallest.sha256)
                    winners.insert(smallest.name.format)
                    for format in VariantFormat.allCases {
                        let one = try await desk.library.delivery.variant(size, in: [format], of: id)
                        #expect(one.mediaType == format.mediaType)
                    }
                }
            }
            // A tiny picture's AVIF is mostly its container.
            #expect(winners.contains(.webp))
        }
    }

    @Test("that is not made yet is told to be on its way")
    func notReady() async throws {
        try await LibraryDesk.with { desk in
            let id = try await desk.upload(PNGFile.drawn(30, 20)).image.id
            await #expect(throws: NotReady.self) {
                try await desk.library.delivery.variant(.small, in: [.avif, .webp], of: id)
            }
        }
    }
}
