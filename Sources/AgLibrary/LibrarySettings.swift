package import AgBase
package import AgBlobs
package import AgImaging
package import AgJobs
package import AgSQL

/// What a library is opened with.
package struct LibrarySettings: Sendable {
    /// The folder that holds everything unless the two below say otherwise. Made when missing.
    package var dataFolder: String
    /// Where rows are kept; `argentum.sqlite` in the data folder by default.
    package var database: DatabasePlace
    /// Where pictures are kept; the data folder by default.
    package var storage: StorePlace
    /// Free bytes that uploads leave alone on each disk; `nil` for `DiskReserve`'s own measure.
    package var storageReserve: Int64?
    /// Bytes per uploaded file, 100 MiB by default.
    package var uploadLimit: Int64 = 100 << 20
    /// Calls that may upload at a time; fewer where the system allows few open files.
    package var uploadSeats = 512
    package var codecs = CodecSettings()
    package var jobs = JobSettings()
    package var events = EventSettings()
    package var renders = RenderSettings()
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

    package init(dataFolder: String) {
        self.dataFolder = dataFolder
        database = .sqlite(path: "\(dataFolder)/argentum.sqlite")
        storage = .folder(dataFolder)
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
