import AgBase
import AgLibrary
import AgSQL
import AgServer

/// `argentum keys`: the key that seals, and those that sign URLs. Works on the database itself, with or without a server.
enum KeysCommand: Command {
    static let name = "keys"
    static let summary =
        "rotate: wrap the keys of sealed pictures under a new master key; rotate-signing: sign URLs with a new key; running servers take it up within \(Int(SignedURLs.keysAreReadEvery.inSeconds)) seconds."
    static let arguments = "rotate|rotate-signing"
    static let options = [revoke.definition]
    static let settings =
        ArgentumSettings.clientRows.filter { $0.name != "server" && $0.name != "token" } + ArgentumSettings.storageRows
        + SealedPart.keyRows.map(\.definition)

    private static let revoke = Setting<Bool>(
        .init(
            "revoke", .bool, default: "false",
            help:
                "End all older signing keys, and with them every URL signed so far. Without it those are good until they expire.",
            isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let word = try call.words(1...1, of: self)[0]
        guard ["rotate", "rotate-signing"].contains(word) else { throw Failure(.usage, "argentum keys \(arguments)") }
        let settings = try LibrarySettings(call.settings)
        if let path = settings.sqlitePath, !DataFolder.exists(path) {
            throw Failure(.notFound, "There is no installation in \(settings.dataFolder): \(path) is missing.")
        }
        try await DataFolder.explaining(settings) {
            if word == "rotate" { try await rotate(call, settings) } else { try await rotateSigning(call, settings) }
        }
        return .ok
    }

    private static func rotate(_ call: CommandCall, _ settings: LibrarySettings) async throws {
        do {
            let outcome = try await LibraryGround.rotateMasterKey(settings)
            let dropped = outcome.dropped > 0 ? ", \(outcome.dropped) damaged ones dropped" : ""
            call.output.result(
                [
                    "masterKey": .string(outcome.key), "rewrapped": .int(outcome.rewrapped),
                    "dropped": .int(outcome.dropped),
                ], "\(outcome.key): \(outcome.rewrapped) keys wrapped again\(dropped).")
        } catch let fault as Fault where fault.kind == .notFound {
            throw Failure(.notFound, fault.message)
        }
    }

    private static func rotateSigning(_ call: CommandCall, _ settings: LibrarySettings) async throws {
        let id = try await LibraryGround.rotateSigningKey(settings, revokes: call.settings[required: revoke])
        call.output.result(["key": .string(id)], id)
    }
}
