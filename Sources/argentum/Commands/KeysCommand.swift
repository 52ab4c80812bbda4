import AgBase
import AgLibrary
import AgSQL
import AgServer

/// `argentum keys`: the keys that sign URLs. Works on the database itself, with or without a server.
enum KeysCommand: Command {
    static let name = "keys"
    static let summary =
        "rotate-signing: sign URLs with a new key; running servers take it up within \(Int(SignedURLs.keysAreReadEvery.inSeconds)) seconds."
    static let arguments = "rotate-signing"
    static let options = [revoke.definition]
    static let settings =
        ArgentumSettings.clientRows.filter { $0.name != "server" && $0.name != "token" } + ArgentumSettings.storageRows

    private static let revoke = Setting<Bool>(
        .init(
            "revoke", .bool, default: "false",
            help:
                "End all older keys, and with them every URL signed so far. Without it those are good until they expire.",
            isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let word = try call.words(1...1, of: self)[0]
        guard word == "rotate-signing" else { throw Failure(.usage, "argentum keys \(arguments)") }
        let settings = try LibrarySettings(call.settings)
        if let path = settings.sqlitePath, !DataFolder.exists(path) {
            throw Failure(.notFound, "There is no installation in \(settings.dataFolder): \(path) is missing.")
        }
        let id = try await DataFolder.explaining(settings) {
            try await LibraryGround.rotateSigningKey(settings, revokes: call.settings[required: revoke])
        }
        call.output.result(["key": .string(id)], id)
        return .ok
    }
}
