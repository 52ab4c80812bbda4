import AgBase
import AgHTTP
import AgImaging
import AgLibrary
import AgServer

/// `argentum version`: ours, and those of the libraries that we run on.
enum VersionCommand: Command {
    static let name = "version"
    static let summary = "Print the versions of Argentum and of the libraries it runs on."
    static let settings: [SettingDefinition] = []

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let libraries = LibraryVersions.all + [("libmicrohttpd", HTTPServer.libraryVersion)]
        let json = JSONValue.object(
            [.init(name: "argentum", value: .string(Program.version))]
                + libraries.map { .init(name: $0.0, value: .string($0.1)) })
        call.output.result(json, table([["argentum", Program.version]] + libraries.map { [$0.0, $0.1] }))
        return .ok
    }
}
