import AgBase
import Glibc

/// A note in the data directory that tells the commands where its server listens. There while the server runs.
enum ServerNote {
    private static let name = "server-url"

    /// `nil` when no server runs here, and when we may not know: then there is none of ours.
    static func read(in folder: String) -> String? {
        let text = try? PrivateFile.read("\(folder)/\(name)")
        return text.map { String($0.filter { !$0.isWhitespace }) }
    }

    static func write(_ url: String, in folder: String) throws {
        try PrivateFile.write(url + "\n", to: "\(folder)/\(name)")
    }

    /// Takes the note away if it is still ours: another server may share the folder.
    static func remove(_ url: String, in folder: String) {
        guard read(in: folder) == url else { return }
        unlink("\(folder)/\(name)")
    }
}
