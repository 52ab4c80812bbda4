package import AgBase
import Synchronization

/// A file that only takes up room, and is removed when a deletion finds none: a disk that is full to the last byte can then
/// still record what is to go. It is made again when there is room.
///
/// It lies on the database's disk, because that is where a deletion writes: into the write-ahead log, which grows by some
/// 16 MiB between two checkpoints at most.
package final class Ballast: Sendable {
    private static let most: Int64 = 32 << 20
    /// Less than this cannot even be opened as a database: its index of the log takes 32 KiB.
    private static let leastToOpen: Int64 = 1 << 20

    private enum State {
        case missing
        case there
        /// Given away since it was last there.
        case released
    }

    private let path: String
    private let folder: String
    private let files: any FileOperations
    private let log: Log
    private let pool = BlockingPool(threads: 1, name: "ballast")
    private let state = Mutex(State.missing)

    /// - Parameter path: of the file, in a folder of its disk that exists.
    package init(path: String, folder: String, files: any FileOperations = DiskFiles(), log: Log) {
        self.path = path
        self.folder = folder
        self.files = files
        self.log = log
    }

    /// Makes it, or gives it away when there is no room even to open the database. To be called before that. Blocks.
    package func prepare() {
        if let room = try? files.room(at: folder), room.free < Self.leastToOpen { _ = remove() } else { restore() }
    }

    /// Gives the room away. False when there was none to give: then trying again is of no use.
    package func release() async -> Bool {
        (try? await pool.run { [self] in state.withLock { $0 } == .released || remove() }) ?? false
    }

    /// Works until cancelled: makes it again when there is room.
    package func run(every pause: Duration = .seconds(10)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            if state.withLock({ $0 }) == .there { continue }
            try? await pool.run { [self] in restore() }
        }
    }

    private func remove() -> Bool {
        do throws(SystemError) {
            try files.remove(path)
        } catch {
            return false
        }
        state.withLock { $0 = .released }
        log.warning("the disk is full: room kept for deletions was given away", ["file": path])
        return true
    }

    /// Under a name of its own until all its blocks are there. One left by a crash there is made anew.
    package func restore() {
        do throws(SystemError) {
            let room = try files.room(at: folder)
            let size = min(Self.most, room.total / 32)
            if let known = try files.status(of: path), known.byteCount >= size { return state.withLock { $0 = .there } }
            // As much again must be left, or it would be the one that fills the disk.
            guard room.free >= 2 * size else { return }
            try make(size)
            state.withLock { $0 = .there }
        } catch {
            log.debug("no room could be kept for deletions", ["error": "\(error)"])
        }
    }

    private func make(_ size: Int64) throws(SystemError) {
        let draft = "\(path).part"
        try? files.remove(draft)
        do throws(SystemError) {
            try files.allocate(size, for: try files.create(draft))
            try files.rename(draft, to: path)
        } catch {
            try? files.remove(draft)
            throw error
        }
    }
}
