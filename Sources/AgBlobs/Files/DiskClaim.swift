import AgBase
import Synchronization

/// The bytes of one file that are counted against the reserve before they are written.
///
/// It covers a little more than was asked for, so that the disk is looked at every 8 MiB and not for every piece. What it
/// covers and was not written is free again when it ends, or with its last reference.
package final class DiskClaim: Sendable {
    private struct State {
        var covered: Int64 = 0
        var written: Int64 = 0
        var disk: UInt64?
        var hasEnded = false
    }

    private static let leastStep: Int64 = 128 << 10
    private static let mostStep: Int64 = 8 << 20

    private let reserve: DiskReserve
    private let folder: String
    private let use: DiskReserve.Use
    private let state = Mutex(State())

    init(_ reserve: DiskReserve, _ folder: String, _ use: DiskReserve.Use) {
        self.reserve = reserve
        self.folder = folder
        self.use = use
    }

    deinit {
        end()
    }

    /// Makes sure that the file may grow to `length`. Throws `BlobError` with `.full`. One task at a time calls it.
    package func cover(_ length: Int64) throws(BlobError) {
        let (covered, written) = state.withLock { ($0.covered, $0.written) }
        guard length > covered else { return }
        // Doubled from small to large: many small files must not count as many large ones.
        let wanted = max(length, written + min(max(Self.leastStep, written), Self.mostStep))
        guard let disk = try reserve.add(wanted - covered, in: folder, use) else { return }
        let isLate = state.withLock { state in
            if state.hasEnded { return true }
            state.covered = wanted
            state.disk = disk
            return false
        }
        if isLate { reserve.count(covered - wanted, on: disk) }
    }

    /// Says that bytes are written: the disk counts them from now on.
    package func wrote(_ count: Int64) {
        let disk = state.withLock { state -> UInt64? in
            guard !state.hasEnded else { return nil }
            state.written += count
            return state.disk
        }
        if let disk { reserve.count(-count, on: disk) }
    }

    /// Nothing more will be written.
    package func end() {
        let (disk, rest) = state.withLock { state in
            defer { state.hasEnded = true }
            return (state.hasEnded ? nil : state.disk, state.covered - state.written)
        }
        if let disk { reserve.count(-rest, on: disk) }
    }
}
