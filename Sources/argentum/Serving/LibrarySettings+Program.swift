import AgBase
import AgBlobs
import AgImaging
import AgJobs
import AgLibrary
import AgSQL
import AgServer

extension LibrarySettings {
    /// What the program's settings mean for the library. Throws `Failure` for what this version cannot do.
    init(_ settings: Settings) throws {
        self.init(dataFolder: settings[required: ArgentumSettings.data])
        if let text = settings[ArgentumSettings.database] { database = try DatabasePlace(setting: text) }
        if let text = settings[ArgentumSettings.storage] { storage = try StorePlace(setting: text) }
        storageReserve = settings[ArgentumSettings.storageReserve]
        uploadLimit = settings[required: ArgentumSettings.maxUpload]
        jobKinds = try Self.kinds(settings[required: ArgentumSettings.jobs])
        fixedToken = try Self.token(settings[ArgentumSettings.token])
        codecs = Self.codecs(settings)
        renders = try Self.renders(settings)
        jobs.keptHours = Self.hours(settings[required: ArgentumSettings.jobRetention])
        jobs.drain = settings[required: ArgentumSettings.shutdownGrace]
        events.keptHours = Self.hours(settings[required: ArgentumSettings.eventRetention])
    }

    /// Short tokens can be guessed, and this one is of scope admin.
    private static func token(_ text: String?) throws -> Secret? {
        guard let text else { return nil }
        guard text.utf8.count >= 16, !text.contains(" ") else {
            throw Failure(.usage, "The fixed token (ARGENTUM_TOKEN) needs 16 characters at least and no blanks.")
        }
        return Secret(text)
    }

    private static func kinds(_ words: [String]) throws -> Set<JobKind>? {
        switch words {
        case ["all"]: nil
        case ["none"]: []
        default: Set(try words.map(kind))
        }
    }

    /// A misspelt kind would be work that is never done, found out much later. `variants` is short for `generate-variants`.
    private static func kind(_ word: String) throws -> JobKind {
        let known = Library.jobKinds.map(\.rawValue)
        if let name = known.first(where: { $0 == word || $0 == "generate-\(word)" }) { return JobKind(name) }
        let hint = Suggestion.closest(to: word, in: known + ["all", "none"]).map { " Did you mean '\($0)'?" } ?? ""
        throw Failure(
            .usage,
            "--jobs takes all, none or kinds of jobs, not '\(word)'.\(hint) Known: \(known.joined(separator: ", ")).")
    }

    private static func codecs(_ settings: Settings) -> CodecSettings {
        var codecs = settings[ArgentumSettings.codecs].map { CodecSettings(codecs: $0) } ?? CodecSettings()
        codecs.allowUnsandboxed = settings[required: ArgentumSettings.allowUnsandboxed]
        codecs.limits.maxBytes = settings[required: ArgentumSettings.maxUpload]
        codecs.limits.maxPixels = Int64(settings[required: ArgentumSettings.maxPixels])
        codecs.limits.maxPixelsHEIF = Int64(settings[required: ArgentumSettings.maxPixelsHEIF])
        codecs.limits.maxSide = Int64(settings[required: ArgentumSettings.maxSide])
        return codecs
    }

    private static func renders(_ settings: Settings) throws -> RenderSettings {
        var renders = RenderSettings()
        renders.longestSide = settings[required: ArgentumSettings.renderMaxSide]
        renders.sizes = try numbers(settings, ArgentumSettings.renderSizes, 1...renders.longestSide)
        renders.qualities = try numbers(settings, ArgentumSettings.renderQualities, 1...100)
        renders.queue = settings[required: ArgentumSettings.renderQueue]
        renders.cacheBytes = settings[required: ArgentumSettings.renderCacheBytes]
        return renders
    }

    /// An empty list allows none. The usual sizes shrink with the longest side; chosen ones must fit it.
    private static func numbers(
        _ settings: Settings, _ setting: Setting<[String]>, _ range: ClosedRange<Int>
    ) throws -> [Int] {
        let name = setting.definition.name
        let numbers = try settings[required: setting].map { word in
            guard let number = Int(word), number > 0 else {
                throw Failure(.usage, "--\(name) takes whole numbers with commas between them, not '\(word)'.")
            }
            return number
        }
        guard settings.isGiven(name) else { return numbers.filter(range.contains) }
        guard let stranger = numbers.first(where: { !range.contains($0) }) else { return numbers }
        throw Failure(
            .usage, "--\(name) takes numbers from \(range.lowerBound) to \(range.upperBound), not \(stranger).")
    }

    /// Retention counts hours of service; a part of an hour is a whole one.
    private static func hours(_ duration: Duration) -> Int {
        max(1, Int((duration.inSeconds / 3_600).rounded(.up)))
    }
}
