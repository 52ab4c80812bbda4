import AgTesting
import Testing

/// Gives a suite a server of its own, started before the first test and stopped after the last.
struct ServerTrait: SuiteTrait, TestScoping {
    var isRecursive: Bool { false }
    let options: [String]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Room.hold {
            let server = try await Server.start(options)
            try await Server.$shared.withValue(server) { try await function() }
            let process = try server.process
            let ending = try await server.stop()
            #expect(ending == .code(0), "SIGTERM is an ordinary stop.\n\(server.lastWords)")
            #expect(process.group.isEmpty, "Children stayed behind.")
        }
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
    static func server(_ options: String...) -> Self { ServerTrait(options: options) }
}

extension Trait where Self == RoomTrait {
    /// For suites whose tests start servers of their own.
    static var ownServers: Self { RoomTrait() }
}

extension Trait where Self == ConditionTrait {
    /// For what looks into the database's file, or is about that file.
    static var onSQLite: Self { .enabled("It is about a database that is a file.") { Harness.engine == .sqlite } }
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
