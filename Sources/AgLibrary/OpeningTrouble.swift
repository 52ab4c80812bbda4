import AgBase
import AgBlobs
import AgSQL
import Glibc

/// Says to whoever starts the program what stands in its way: which path, what is wrong, what to do. Clients never see it.
package enum OpeningTrouble {
    /// `nil` for what is no trouble with folders or the database.
    package static func sentence(for error: any Error, _ settings: LibrarySettings) -> String? {
        switch error {
        case let error as SQLError: database(error, settings.database)
        case let error as BlobError:
            folder("storage folder", "\(settings.storage)", error.cause?.errno, error.message)
        case let error as InstallationMismatch:
            error.sentence(storage: "\(settings.storage)", database: "\(settings.database)")
        case let error as SystemError: folder("data directory", settings.dataFolder, error.errno, nil)
        default: nil
        }
    }

    private static func database(_ error: SQLError, _ place: DatabasePlace) -> String {
        switch place {
        case .sqlite(let path): file(error, path, in: place.folder ?? ".")
        case .postgres: server(error, "\(place)")
        }
    }

    /// What the driver says of its server is a sentence with the remedy already.
    private static func server(_ error: SQLError, _ url: String) -> String {
        switch error.code {
        case .io where error.statement.isEmpty, .schema where error.statement.isEmpty: "\(url): \(error.message)"
        case .full: "The database server's disk is full: \(url). Free some space there and try again."
        default: "The database \(url) cannot be used: \(error.message)."
        }
    }

    private static func file(_ error: SQLError, _ path: String, in parent: String) -> String {
        switch error.code {
        case .full: return "The disk is full, so the database \(path) cannot be written. Free some space and try again."
        case .corrupt:
            return
                "The database \(path) is damaged, or no database (\(error.message)). Put a copy that is sound in its place."
        case .busy: return "Another program holds the database \(path). Stop it and try again."
        case .io where isLink(path):
            return
                "The database \(path) is a symbolic link, which is not followed. Name the file itself with --database."
        // Steps of the schema are told in a sentence already.
        case .schema where error.statement.isEmpty: return "\(path): \(error.message)"
        case _ where access(parent, F_OK) != 0:
            return "The folder \(parent) for the database \(path) does not exist. Make it, or name another one."
        case .io where access("\(path)-wal", F_OK) == 0 && access(parent, W_OK) != 0:
            return
                "The database \(path) was not closed, and what its log (-wal) holds cannot be read where nothing can be "
                + "written. Copy the whole folder to a place that can be written, and use the copy."
        case _ where access(parent, W_OK) != 0 || (access(path, F_OK) == 0 && access(path, W_OK) != 0):
            return "The database \(path) cannot be written by this user: \(advice(for: errno))"
        default: return "The database \(path) cannot be used: \(error.message)."
        }
    }

    private static func isLink(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFLNK
    }

    private static func folder(_ what: String, _ path: String, _ code: Int32?, _ message: String?) -> String {
        guard let code else { return message ?? "The \(what) \(path) cannot be used." }
        return "The \(what) \(path) cannot be used: \(advice(for: code))"
    }

    /// The reason and the remedy.
    package static func advice(for code: Int32) -> String {
        let reason = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM: return "\(reason). Give this user the right to write there, or choose another place."
        case EROFS: return "\(reason). Make it writable, or choose another place."
        case ENOSPC, EDQUOT: return "\(reason). Free some space and try again."
        case ENOTDIR: return "\(reason). It must be a folder."
        case ENOENT: return "\(reason). Make the folder above it first, or choose another place."
        default: return "\(reason)."
        }
    }
}
