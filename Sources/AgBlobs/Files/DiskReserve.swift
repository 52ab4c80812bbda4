import AgBase
import Synchronization

/// Room that uploads leave alone: a disk that is really full can neither finish a picture nor record a deletion.
///
/// Bytes that are under way count as if they were on the disk already, so that uploads that begin together cannot
/// together go below the reserve.
package final class DiskReserve: Sendable {
    /// A request to write.
    package enum Use: Sendable {
        /// Something new: leaves the whole reserve alone.
        case new
        /// What was accepted before and is to be finished: goes into the reserve, and leaves a part of it for deletions.
        case accepted
    }

    private static let least: Int64 = 256 << 20
    /// The part of the reserve that only deletions and the database go into, at most.
    private static let mostForDeletions: Int64 = 64 << 20

    private let folders: [String]
    private let bytes: Int64?
    private let files: any FileOperations
    /// Bytes that claims cover and that are not written yet, by disk.
    private let pending = Mutex<[UInt64: Int64]>([:])

    /// - Parameter folders: one on each disk that an upload writes to.
    /// - Parameter bytes: how much; `nil` is 1 % of the disk but 256 MB at least, and a tenth of it at most.
    package init(_ bytes: Int64?, on folders: [String], files: any FileOperations = DiskFiles()) {
        self.folders = folders
        self.bytes = bytes
        self.files = files
    }

    /// Throws `BlobError` with `.full` when the reserve is touched on any of the disks.
    package func check() throws(BlobError) {
        if bytes == 0 { return }
        for folder in folders { try check(folder, .new) }
    }

    /// A count for one file that is to be written into `folder`; it covers nothing yet.
    package func claim(in folder: String, _ use: Use) -> DiskClaim {
        DiskClaim(self, folder, use)
    }

    /// Counts bytes that will be written into a folder, and returns the disk that holds it. Throws `BlobError` with
    /// `.full` when there is no room for them; then they are not counted.
    func add(_ count: Int64, in folder: String, _ use: Use) throws(BlobError) -> UInt64? {
        if bytes == 0 { return nil }
        let disk = try room(at: folder).disk
        self.count(count, on: disk)
        do throws(BlobError) {
            for each in Set(folders + [folder]) { try check(each, use) }
        } catch {
            self.count(-count, on: disk)
            throw error
        }
        return disk
    }

    func count(_ count: Int64, on disk: UInt64) {
        pending.withLock { pending in
            let sum = (pending[disk] ?? 0) + count
            pending[disk] = sum == 0 ? nil : sum
        }
    }

    /// Bytes under way, on all disks.
    package var pendingBytes: Int64 { pending.withLock { $0.values.reduce(0, +) } }

    private func check(_ folder: String, _ use: Use) throws(BlobError) {
        // In this order: what is written between the two looks counts twice rather than not at all.
        let pending = pending.withLock { $0 }
        let room = try room(at: folder)
        let reserve = reserve(of: room, use)
        let free = room.free - (pending[room.disk] ?? 0)
        guard free < reserve else { return }
        throw BlobError(
            .full,
            "\(readable(byteCount: max(0, free))) are free in \(folder), less than the reserve of "
                + "\(readable(byteCount: reserve)).")
    }

    private func reserve(of room: DiskRoom, _ use: Use) -> Int64 {
        let whole = bytes ?? Self.standard(room.total)
        return switch use {
        case .new: whole
        case .accepted: min(whole / 4, Self.mostForDeletions)
        }
    }

    private func room(at folder: String) throws(BlobError) -> DiskRoom {
        do {
            return try files.room(at: folder)
        } catch {
            throw BlobError(error, "The free space in \(folder) could not be read.")
        }
    }

    private static func standard(_ total: Int64) -> Int64 {
        min(max(least, total / 100), total / 10)
    }
}
