import AgBase
import Glibc

/// Keeps the data directory to one server. The kernel lets go when the process ends, however it ends.
struct FolderLock: Sendable {
    private let file: OpenFile

    /// Throws `Failure` of code `locked` when another server holds it.
    init(_ folder: String) throws {
        let path = "\(folder)/lock"
        file = OpenFile(adopting: try sys("open") { open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600) })
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? Self.taken(file, folder) : SystemError(call: "flock", errno: errno)
        }
        try note()
    }

    private static func taken(_ file: OpenFile, _ folder: String) -> any Error {
        let holder = String(decoding: (try? file.read(at: 0, count: 20)) ?? [], as: UTF8.self)
        let process = Int(holder.filter(\.isNumber)).map { " (process \($0))" } ?? ""
        return Failure(.locked, "Another Argentum\(process) uses the data directory \(folder).")
    }

    /// For the sentence above, in another process.
    private func note() throws {
        let text = Array("\(getpid())\n".utf8)
        try sys("ftruncate") { ftruncate(file.descriptor, 0) }
        try sys("pwrite") { text.withUnsafeBytes { pwrite(file.descriptor, $0.baseAddress, $0.count, 0) } }
    }
}
