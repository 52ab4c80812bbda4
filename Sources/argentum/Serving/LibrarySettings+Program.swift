import AgBase
import AgBlobs
import AgJobs
import AgLibrary
import AgSQL
import AgServer

extension LibrarySettings {
    /// What the program's settings mean for the library. Throws `Failure` and `SettingsProblem` for what is not allowed.
    init(_ settings: Settings) throws {
        self.init(dataFolder: settings[required: ArgentumSettings.data])
        if let text = settings[ArgentumSettings.database] { database = try DatabasePlace(setting: text) }
        if let text = settings[ArgentumSettings.storage] { storage = try StorePlace(setting: text) }
        fixedToken = try Self.token(settings[ArgentumSettings.token])
        jobs.drain = settings[required: ArgentumSettings.shutdownGrace]
        try land(settings)
    }

    /// Short tokens can be guessed, and this one is of scope admin.
    private static func token(_ text: String?) throws -> Secret? {
        guard let text else { return nil }
        guard text.utf8.count >= 16, !text.contains(" ") else {
            throw Failure(.usage, "The fixed token (ARGENTUM_TOKEN) needs 16 characters at least and no blanks.")
        }
        return Secret(text)
    }
}
