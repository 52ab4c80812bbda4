import AgTesting
import Glibc

/// A real browser without a window, with a profile of its own; shows one page until it is closed.
final class Browser: Sendable {
    private let folder = TemporaryFolder()
    private let process: ChildProcess

    private static let program = "/usr/bin/chromium"
    private static let options = [
        // Its own sandbox asks for what a container does not grant; the page is ours.
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--mute-audio",
    ]

    static func show(_ url: String) async throws -> Browser {
        guard access(program, X_OK) == 0 else {
            throw HarnessFailure("\(program) is not there; scripts/setup --groups test installs it.")
        }
        return try await Browser(url)
    }

    private init(_ url: String) async throws {
        let place = folder.path
        process = try await ChildProcess.start(
            [Self.program] + Self.options + ["--user-data-dir=\(place)/profile", url],
            environment: ["HOME": place], output: "\(place)/out", errors: "\(place)/err")
    }

    var lastWords: String { readText("\(folder.path)/err")?.suffix(2_000).description ?? "" }

    /// Ends it and all of its helpers, by their ids.
    func close() async throws {
        process.send(SIGTERM)
        _ = try? await process.end(within: .seconds(5))
        process.send(SIGKILL)
        for id in process.group { kill(id, SIGKILL) }
    }

    deinit {
        for id in process.group { kill(id, SIGKILL) }
    }
}
