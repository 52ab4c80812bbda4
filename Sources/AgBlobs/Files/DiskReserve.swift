import AgBase

/// Room that uploads leave alone: a disk that is really full can neither finish a picture nor record a deletion.
package struct DiskReserve: Sendable {
    private static let least: Int64 = 256 << 20

    private let folders: [String]
    private let bytes: Int64?
    private let files: any FileOperations

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
        for folder in folders {
            let room = try room(at: folder)
            let reserve = bytes ?? Self.standard(room.total)
            guard room.free < reserve else { continue }
            throw BlobError(
                .full,
                "\(readable(byteCount: room.free)) are free in \(folder), less than the reserve of "
                    + "\(readable(byteCount: reserve)).")
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
