import AgBase
import AgLibrary
import AgSQL
import AgTesting
import Synchronization
import Testing

@Suite("Signing URLs", .everyEngine, .timeLimit(.minutes(1)))
struct SigningTests {
    let clock = HandClock()
    let path = "/api/images/x/thumbnail"

    private func items(_ query: String) -> [SignedURL.Item] {
        query.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1)
            return SignedURL.Item(String(sides[0]), String(sides[1]))
        }
    }

    @Test("lets in what was signed, until it expires, also after a restart")
    func lifetime() async throws {
        let folder = TemporaryFolder()
        let query = try await LibraryDesk.with(folder: folder, clock: clock) { desk in
            desk.library.signedURLs.sign(path: path, items: [.init("v", "1")], lives: .seconds(60)).query
        }
        try await LibraryDesk.with(folder: folder, clock: clock) { desk in
            let left = try await desk.library.signedURLs.check(path: path, items: items(query))
            #expect(left == .seconds(60))
            clock.advance(.seconds(60))
            let fault = await #expect(throws: Fault.self) {
                try await desk.library.signedURLs.check(path: path, items: items(query))
            }
            #expect(fault?.code == "url-expired")
        }
    }

    @Test("refuses whatever was changed")
    func tampering() async throws {
        try await LibraryDesk.with(clock: clock) { desk in
            let urls = desk.library.signedURLs
            let query = urls.sign(path: path, items: [.init("v", "1")], lives: .seconds(60)).query
            let good = items(query)
            var bad: [(String, [SignedURL.Item])] = [
                ("/api/images/y/thumbnail", good), (path, good + [.init("w", "1")]),
            ]
            for index in good.indices {
                var less = good
                less.remove(at: index)
                bad.append((path, less))
                var other = good
                other[index] = .init(other[index].name, other[index].value + "0")
                bad.append((path, other))
            }
            for (path, items) in bad {
                let fault = await #expect(throws: Fault.self) { try await urls.check(path: path, items: items) }
                #expect(fault?.code == "bad-signature")
            }
        }
    }

    @Test("never signs for longer than a week")
    func longest() async throws {
        try await LibraryDesk.with(clock: clock) { desk in
            let end = desk.library.signedURLs.sign(path: path, items: [], lives: .seconds(1_000_000)).expiresAt
            #expect(end == clock.now() + .seconds(604_800))
        }
    }

    /// A database that may be away for readers.
    private final class AwayDatabase: ForwardingDatabase {
        let base: any Database
        let isAway = Atomic<Bool>(false)

        init(_ base: any Database) { self.base = base }

        func read<Value: Sendable>(
            _ kind: ReadKind, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
        ) async throws -> Value {
            if isAway.load(ordering: .acquiring) { throw SQLError(.io, "The server is away.") }
            return try await base.read(kind, body)
        }
    }

    @Test("believes no key for longer than promised: while the keys cannot be read, that is said instead")
    func away() async throws {
        let folder = TemporaryFolder()
        let database = AwayDatabase(try await Engine.current.open(in: folder, LibraryGround.migrations))
        let urls = try await SignedURLs.load(
            from: database, time: clock, log: Log(to: SilentSink()), believing: .zero)
        let query = urls.sign(path: path, items: [], lives: .seconds(60)).query
        try await urls.check(path: path, items: items(query))
        database.isAway.store(true, ordering: .releasing)
        // What was read a moment ago is not read again.
        while true {
            do {
                try await urls.check(path: path, items: items(query))
            } catch {
                #expect((error as? SQLError)?.code == .io)
                break
            }
        }
        // Nor is what failed a moment ago, which is no reason to call the signature bad.
        let again = await #expect(throws: SQLError.self) { try await urls.check(path: path, items: items(query)) }
        #expect(again?.code == .io)
        database.isAway.store(false, ordering: .releasing)
        while (try? await urls.check(path: path, items: items(query))) == nil { await Task.yield() }
        await database.close()
    }
}
