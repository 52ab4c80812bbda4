package import AgBase
package import AgBlobs
package import AgImaging
package import AgJobs
package import AgSQL

/// What a library is opened with.
package struct LibrarySettings: Sendable {
    /// The subjects that it is made of.
    package var parts: [any LibraryPart.Type] = LibraryParts.all
    /// The folder that holds everything unless the two below say otherwise. Made when missing.
    package var dataFolder: String
    /// Where rows are kept; `argentum.sqlite` in the data folder by default.
    package var database: DatabasePlace
    /// Where pictures are kept; the data folder by default.
    package var storage: StorePlace
    /// Free bytes that uploads leave alone on each disk; `nil` for `DiskReserve`'s own measure.
    package var storageReserve: Int64?
    package var codecs = CodecSettings()
    package var jobs = JobSettings()
    package var events = EventSettings()
    /// The wait after a job's first failed attempt; it doubles with each one. 2 seconds by default.
    package var backOffBase = Duration.seconds(2)
    /// The kinds of jobs this process works on; `nil` for all.
    package var jobKinds: Set<JobKind>?
    /// Names this process among those that share the database: another one's must differ, and it must be the same after
    /// a restart, so that the jobs of a killed process are taken up again at once.
    package var workerName = "main"
    /// What the process does.
    package var role = Nodes.Role.server
    /// A token of scope admin beside those in the database.
    package var fixedToken: Secret?
    /// What single subjects were set to, by the type of their settings.
    private var subjects: [ObjectIdentifier: any SubjectSettings] = [:]

    package init(dataFolder: String) {
        self.dataFolder = dataFolder
        database = .sqlite(path: "\(dataFolder)/argentum.sqlite")
        storage = .folder(dataFolder)
    }

    /// The settings of one subject. Its folder gives them a name, such as `renders`.
    package subscript<Subject: SubjectSettings>(_ subject: Subject.Type) -> Subject {
        get { subjects[ObjectIdentifier(subject)] as? Subject ?? Subject() }
        set { subjects[ObjectIdentifier(subject)] = newValue }
    }

    /// The same with every link in the paths resolved that the operator made: below them none is followed. The database's
    /// own name is left, for that must not be a link either.
    func resolved() -> LibrarySettings {
        var settings = self
        settings.dataFolder = RealPath.of(dataFolder)
        settings.storage = storage.resolved
        if case .sqlite(let path) = database, let folder = database.folder {
            let name = path.split(separator: "/").last ?? ""
            let real = RealPath.of(folder)
            settings.database = .sqlite(path: real == "/" ? "/\(name)" : "\(real)/\(name)")
        }
        return settings
    }

    /// The database's file; `nil` when the database is a server's, which processes of several machines may share.
    package var sqlitePath: String? {
        if case .sqlite(let path) = database { path } else { nil }
    }

    /// A folder on each disk of this machine that an upload writes to; the data folder where neither blobs nor rows are kept
    /// here, for then uploads are collected in it.
    var diskFolders: [String] {
        let folders = [storage.localFolder, database.folder].compactMap { $0 }
        return folders.isEmpty ? [dataFolder] : folders
    }
}

extension LibrarySettings: SettingTarget {
    package static let initial = LibrarySettings(dataFolder: "argentum-data")

    /// Lands every row of the parts. Throws `SettingsProblem` for values that are not allowed.
    package mutating func land(_ settings: Settings) throws {
        for row in Self.rows { try row.land(settings, in: &self) }
    }

    /// All rows that land here.
    package static let rows = storageRows + subjectRows

    /// The rows of codecs, which are no subject's own, and those of all parts in their order.
    package static let subjectRows = codecRows + LibraryParts.all.flatMap { $0.settings }

    package static let storageRows: [SettingRow<LibrarySettings>] = [
        SettingRow(
            "storage-reserve", .bytes(0...(1 << 50)), \.storageReserve,
            help:
                "Free space below which uploads get 507. Without it: 1 % of the disk, 256 MB at least and a tenth at most."
        )
    ]

    private static let codecRows: [SettingRow<LibrarySettings>] = [
        SettingRow(
            SettingDefinition(
                "codecs", .int(1...256), help: "Processes that make variants. Without it: one per processor core.")
        ) { (count: Int, settings) in settings.codecs.codecs = count },
        SettingRow(
            "allow-unsandboxed", .bool, \.codecs.allowUnsandboxed,
            help: "Decode pictures even where the kernel has no Landlock. Not for pictures of strangers."),
        pixels("max-pixels", \.codecs.limits.maxPixels, help: "The most pixels that a picture may have."),
        pixels(
            "max-pixels-heif", \.codecs.limits.maxPixelsHEIF,
            help: "The same for AVIF and HEIC, which cost more memory."),
        limit(
            "max-side", 16...65_500, \.codecs.limits.maxSide, help: "The longest side of a picture in pixels."),
    ]

    private static func pixels(
        _ name: String, _ place: any WritableKeyPath<LibrarySettings, Int64> & Sendable, help: String
    ) -> SettingRow<LibrarySettings> {
        limit(name, 1_000...1_000_000_000, place, help: help)
    }

    private static func limit(
        _ name: String, _ range: ClosedRange<Int>, _ place: any WritableKeyPath<LibrarySettings, Int64> & Sendable,
        help: String
    ) -> SettingRow<LibrarySettings> {
        SettingRow(
            SettingDefinition(name, .int(range), default: "\(initial[keyPath: place])", help: help)
        ) { (number: Int, settings) in settings[keyPath: place] = Int64(number) }
    }
}

/// What one subject can be set to; everything at its default to begin with.
package protocol SubjectSettings: Sendable {
    init()
}
