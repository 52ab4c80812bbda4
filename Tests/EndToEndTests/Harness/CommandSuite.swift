/// Tests that give commands to one server.
protocol CommandSuite {
    var server: Server { get }
}

extension CommandSuite {
    /// Runs the program beside the server, on its data directory and with its token.
    func run(_ arguments: String...) async throws -> Argentum.Result {
        try await Argentum.run(
            words: arguments + ["--data", server.data], environment: ["ARGENTUM_TOKEN": Server.token])
    }
}
