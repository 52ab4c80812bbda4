import AgTesting
import Testing

/// Gives a suite a server of its own on each engine, started before the first test and stopped after the last.
struct ServerTrait: SuiteTrait, TestScoping {
    var isRecursive: Bool { false }
    let engines: [Engine]
    let options: [String]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Engine.each(of: engines, for: test, testCase) { try await Room.hold { try await lend(function) } }
    }

    private func lend(_ function: @concurrent @Sendable () async throws -> Void) async throws {
        let server = try await Server.start(options)
        try await Server.$shared.withValue(server) { try await function() }
        let process = try server.process
        let ending = try await server.stop()
        #expect(ending == .code(0), "SIGTERM is an ordinary stop.\n\(server.lastWords)")
        #expect(process.group.isEmpty, "Children stayed behind.")
    }
}

/// Lets a suite whose tests start servers of their own wait for its turn.
struct RoomTrait: SuiteTrait, TestScoping {
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Room.hold { try await function() }
    }
}

extension Trait where Self == ServerTrait {
    /// - Parameter engines: `[.sqlite]` for what is decided before the database is asked, such as framing and the codecs' refusals,
    ///   and for delivery of bytes: a second engine would find nothing there.
    static func server(_ options: String..., on engines: [Engine] = Engine.all) -> Self {
        ServerTrait(engines: engines, options: options)
    }
}

extension Trait where Self == RoomTrait {
    /// For suites whose tests start servers of their own. `.everyEngine` beside it runs each of them on all engines.
    static var ownServers: Self { RoomTrait() }
}

extension Trait where Self == IssueHandlingTrait {
    /// Puts the end of the server's log beside each failure.
    static var serverLog: Self {
        .compactMapIssues { issue in
            guard let server = Server.shared else { return issue }
            var issue = issue
            issue.comments.append("The server's last words:\n\(server.lastWords)")
            return issue
        }
    }
}

/// How many suites may have servers at a time. More would only take the processors from one another.
actor Room {
    private static let shared = Room(3)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) { free = count }

    static func hold(_ body: @concurrent @Sendable () async throws -> Void) async throws {
        await shared.enter()
        do {
            try await body()
        } catch {
            await shared.leave()
            throw error
        }
        await shared.leave()
    }

    private func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
