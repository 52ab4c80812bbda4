import AgBase
import AgLibrary
import AgTesting
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
}
