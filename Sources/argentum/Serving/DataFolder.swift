import AgBase
import AgLibrary
import Glibc

/// The folder that holds an installation.
enum DataFolder {
    /// Makes the folder and those above it, for its owner alone. Throws `Failure`.
    static func make(_ path: String) throws {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += "\(part)/"
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            let code = errno
            // Folders above may be read-only and there all the same.
            if access(made, F_OK) == 0 { continue }
            throw Failure(
                .error, "The data directory \(path) cannot be made, at \(made): \(OpeningTrouble.advice(for: code))")
        }
        try checkFolder(path)
    }

    /// What is there may be something else.
    private static func checkFolder(_ path: String) throws {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT != S_IFDIR else { return }
        throw Failure(.usage, "The data directory \(path) is a file. --data (ARGENTUM_DATA) must name a folder.")
    }

    /// Runs what opens an installation, and says what stands in its way with the path and the remedy.
    static func explaining<Result>(
        _ settings: LibrarySettings, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let fault as Fault where ["address-in-use", "address-unavailable"].contains(fault.code) {
            throw Failure(.error, "\(fault.message) Choose another with --host and --port; port 0 takes a free one.")
        } catch let fault as Fault where MasterKeyTrouble.isOne(fault) {
            throw Failure(.wrongKey, "\(fault.message) The data directory is \(settings.dataFolder).")
        } catch {
            guard let sentence = OpeningTrouble.sentence(for: error, settings) else { throw error }
            throw Failure(.error, sentence)
        }
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }
}
