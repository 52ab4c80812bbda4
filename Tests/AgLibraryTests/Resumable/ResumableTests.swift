import AgBase
import AgCrypto
import AgModel
import AgTesting
import Synchronization
import Testing

@testable import AgLibrary

@Suite("An upload in pieces", .everyEngine, .timeLimit(.minutes(2)))
struct ResumableTests {
    let picture = PNGFile.drawn(90, 60)

    private func grant(_ desk: LibraryDesk, _ request: UploadGrantRequest = UploadGrantRequest()) async throws
        -> (UploadGrant, String)
    {
        let made = try await desk.library.grants.make(request)
        return (made.grant, made.secret)
    }

    private func create(_ desk: LibraryDesk) async throws -> (UploadGrant, String) {
        let made = try await grant(desk)
        try await desk.library.resumables.create(made.0, byteCount: Int64(picture.count), filename: "a.png")
        return made
    }

    @discardableResult
    private func send(
        _ desk: LibraryDesk, _ range: Range<Int>, _ grant: (UploadGrant, String), of bytes: [UInt8]? = nil
    ) async throws -> UploadOutcome? {
        let state = try await desk.library.resumables.state(grant.0.id, secret: grant.1)
        let piece = try desk.library.resumables.begin(state, at: Int64(range.lowerBound))
        try Array((bytes ?? picture)[range]).withUnsafeBytes { try piece.append($0) }
        return try await desk.library.resumables.append(piece, at: Int64(range.lowerBound), to: state)
    }

    private func state(_ desk: LibraryDesk, _ grant: (UploadGrant, String)) async throws -> ResumableState {
        try await desk.library.resumables.state(grant.0.id, secret: grant.1)
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? Fault)?.code ?? "\(error)"
        }
    }

    /// What is left of pieces, once all that was asked for is removed.
    private func leftovers(_ desk: LibraryDesk) async throws -> [String] {
        try await desk.library.ground.removals.removeAll()
        #expect(desk.temporaryFiles.isEmpty)
        return desk.folder.files(below: "uploads")
    }

    @Test("is stored with the last one, and its URL names the picture; nothing of the pieces is left")
    func whole() async throws {
        try await LibraryDesk.with { desk in
            let grant = try await create(desk)
            #expect(try await state(desk, grant).word == .receiving)
            #expect(try await send(desk, 0..<100, grant) == nil)
            #expect(try await send(desk, 100..<101, grant) == nil)
            #expect(try await state(desk, grant).offset == 101)
            #expect(try await desk.count("images") == 0)
            let outcome = try #require(try await send(desk, 101..<picture.count, grant))
            #expect(outcome.isNew && outcome.image.original.sha256 == .of(picture) && outcome.image.filename == "a.png")
            let done = try await state(desk, grant)
            #expect(done.word == .done && done.imageID == outcome.image.id && done.isNew == true)
            #expect(done.offset == Int64(picture.count) && done.length == done.offset)
            #expect(try await leftovers(desk).isEmpty)
        }
    }

    @Test("goes on after a restart and on another server, where the last confirmed piece ended")
    func elsewhere() async throws {
        let folder = TemporaryFolder()
        let grant = try await LibraryDesk.with(folder: folder) { desk in
            let grant = try await create(desk)
            try await send(desk, 0..<200, grant)
            return grant
        }
        try await LibraryDesk.with(folder: folder) { desk in
            try await send(desk, 200..<300, grant)
            try await desk.withNeighbour { other in
                #expect(try await state(other, grant).offset == 300)
                let outcome = try await send(other, 300..<picture.count, grant)
                #expect(outcome?.image.original.sha256 == .of(picture))
            }
            #expect(try await leftovers(desk).isEmpty)
        }
    }

    @Test("takes a piece at the confirmed end alone, and none beyond the announced length")
    func offsets() async throws {
        try await LibraryDesk.with { desk in
            let fresh = try await self.grant(desk)
            #expect(await code { try await send(desk, 0..<1, fresh) } == "not-created")
            #expect(
                await code { try await desk.library.resumables.create(fresh.0, byteCount: 1 << 30, filename: nil) }
                    == "file-too-large")
            #expect(
                await code { try await desk.library.resumables.create(fresh.0, byteCount: 0, filename: nil) }
                    == "empty-file")
            let grant = try await create(desk)
            try await send(desk, 0..<50, grant)
            for start in [0, 49, 51] {
                #expect(await code { try await send(desk, start..<60, grant) } == "offset-differs")
            }
            let longer = picture + [1]
            #expect(await code { try await send(desk, 50..<longer.count, grant, of: longer) } == "file-too-large")
            #expect(try await state(desk, grant).offset == 50)
            #expect(try await desk.library.resumables.state(grant.0.id, secret: grant.1).length == Int64(picture.count))
            #expect(await code { _ = try await state(desk, (grant.0, "wrong")) } == "no-such-grant")
        }
    }

    @Test("takes one of two pieces that two servers bring for the same place")
    func race() async throws {
        let holding = Mutex<HoldingDatabase?>(nil)
        try await LibraryDesk.with(through: { database in
            let held = HoldingDatabase(database)
            holding.withLock { $0 = held }
            return held
        }) { one in
            try await one.withNeighbour { other in
                let held = try #require(holding.withLock { $0 })
                let grant = try await create(one)
                let (a, b) = await held.race(
                    { try await send(one, 0..<40, grant) }, { try await send(other, 0..<60, grant) })
                _ = try a.get()
                if case .failure(let fault as Fault) = b {
                    #expect(fault.code == "offset-differs")
                } else {
                    Issue.record("Both pieces were taken.")
                }
                #expect(try await state(one, grant).offset == 40)
                try await send(other, 40..<picture.count, grant)
                #expect(try await leftovers(one).isEmpty)
            }
        }
    }

    @Test("that is no picture, or not the promised one, is given up, and counts against its URL")
    func refused() async throws {
        try await LibraryDesk.with { desk in
            let grant = try await create(desk)
            let garbage = [UInt8](repeating: 7, count: picture.count)
            try await send(desk, 0..<30, grant, of: garbage)
            #expect(await code { try await send(desk, 30..<garbage.count, grant, of: garbage) } == "not-a-picture")
            #expect(try await state(desk, grant).word == .open)
            #expect(try await leftovers(desk).isEmpty)
            var request = UploadGrantRequest()
            request.sha256 = .of("something else")
            let strict = try await self.grant(desk, request)
            try await desk.library.resumables.create(strict.0, byteCount: Int64(picture.count), filename: nil)
            #expect(await code { try await send(desk, 0..<picture.count, strict) } == "hash-mismatch")
            #expect(try await desk.count("upload_grants WHERE failures = 1") == 2)
            #expect(try await desk.count("images") == 0)
        }
    }

    @Test("that is ended, or whose time has passed, leaves nothing behind")
    func ended() async throws {
        let clock = HandClock()
        try await LibraryDesk.with(clock: clock) { desk in
            let (one, other) = (try await create(desk), try await create(desk))
            for grant in [one, other] { try await send(desk, 0..<30, grant) }
            try await desk.library.resumables.end(one.0)
            #expect(await code { _ = try await state(desk, one) } == "no-such-grant")
            #expect(try await desk.library.resumables.reap() == 0)
            clock.advance(.seconds(901))
            #expect(try await state(desk, other).word == .expired)
            #expect(await code { try await send(desk, 30..<60, other) } == "grant-expired")
            #expect(try await desk.library.resumables.reap() == 1)
            #expect(try await leftovers(desk).isEmpty)
        }
    }
}
