import AgBase

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A note in the data directory that tells the commands where its server listens. There while the server runs.
enum ServerNote {
    private static let name = "server-url"

    static func read(in folder: String) throws -> String? {
        do throws(SystemError) {
            return try PrivateFile.read("\(folder)/\(name)").map { String($0.filter { !$0.isWhitespace }) }
        } catch  where error.errno == ENOTDIR || error.errno == EACCES {
            return nil
        }
    }

    static func write(_ url: String, in folder: String) throws {
        try PrivateFile.write(url + "\n", to: "\(folder)/\(name)")
    }

    static func remove(in folder: String) {
        unlink("\(folder)/\(name)")
    }
}
