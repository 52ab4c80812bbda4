import AgBase
import AgBlobs
import AgCrypto
import AgImaging
import AgModel
import Synchronization

/// Renders on this machine's disk, as many as the budget lets there be.
///
/// Only a cache: nothing is synced, nothing that goes wrong here fails a request, and a file that is not whole counts
/// as not there.
final class RenderCache: Sendable {
    private struct State {
        var index: CacheIndex
        /// Files whose every byte was seen to be right since the start, or that this process wrote.
        var proven: Set<String> = []
    }

    let folder: String
    let files: any FileOperations
    let pool: BlockingPool
    let time: any TimeSource
    let log: Log
    /// Tells this process's unfinished files from those that a dead one left.
    let mark = Hex.encode(RandomBytes.make(4))
    private let reserve: DiskReserve
    private let budget: Int64
    private let state: Mutex<State>

    init(
        folder: String, budget: Int64, files: any FileOperations, reserve: DiskReserve, time: any TimeSource, log: Log
    ) {
        self.folder = folder
        self.budget = budget
        self.files = files
        self.reserve = reserve
        self.time = time
        self.log = log
        pool = BlockingPool(threads: 2, name: "renders")
        state = Mutex(State(index: CacheIndex(budget: budget)))
    }

    var isOff: Bool { budget == 0 }
    var holdings: (files: Int, bytes: Int64) { state.withLock { ($0.index.count, $0.index.bytes) } }
    var originals: [OriginalID] { state.withLock { $0.index.groups.map { OriginalID(trusted: $0) } } }

    /// The render of that name; `nil` when there is none, or none that is whole.
    func find(_ name: RenderName) async -> CachedRender? {
        if isOff { return nil }
        return try? await pool.run { [self] in findNow(name) }
    }

    /// Keeps a copy of a render, if it can; returns its digest. Throws when the render itself cannot be read.
    func keep(_ picture: RenderedPicture, as name: RenderName) async throws -> SHA256Digest {
        try await pool.run { [self] in
            let bytes = try picture.file.read(at: 0, count: Int(picture.length))
            let sha256 = SHA256Digest.of(bytes)
            keepIfRoom(bytes, sha256, name)
            return sha256
        }
    }

    /// A render that is not kept, or that the disk had no room for.
    func content(of picture: RenderedPicture) async throws -> BlobContent {
        try await pool.run { [pool] in
            try BlobContent.reading(
                picture.file, byteCount: picture.length, upTo: Delivery.keptLength, pool: pool)
        }
    }

    private func keepIfRoom(_ bytes: [UInt8], _ sha256: SHA256Digest, _ name: RenderName) {
        guard !isOff, bytes.count + RenderSeal.byteCount <= budget else { return }
        do {
            try keepNow(bytes, sha256, name)
        } catch let error as BlobError where error.code == .full {
            // The reserve is touched, which uploads are told of; here it would be said for every picture.
            log.debug("no room to keep a render", ["error": "\(error)"])
        } catch {
            log.warning("a render could not be kept", ["error": "\(error)"])
        }
    }

    /// Removes all renders of an original.
    func forget(_ original: OriginalID) async {
        try? await pool.run { [self] in
            remove(state.withLock { $0.index.remove(group: original.text) })
        }
    }

    // MARK: On a thread that may block

    private func findNow(_ name: RenderName) -> CachedRender? {
        guard let file = try? files.open(absolute(name.path)) else { return nil }
        let isProven = state.withLock { $0.proven.contains(name.path) }
        guard let render = CachedRender(file, name, isProven: isProven, pool: pool) else {
            log.warning("a damaged render was removed", ["file": name.text])
            discard(name.path)
            return nil
        }
        noteUse(name, render.seal.length + Int64(RenderSeal.byteCount))
        return render
    }

    /// A file that the walk at the start has not come to yet is noted here.
    private func noteUse(_ name: RenderName, _ size: Int64) {
        let now = time.now()
        let (isDue, gone) = state.withLock { state in
            state.proven.insert(name.path)
            if state.index.contains(name.path) { return (state.index.use(name.path, at: now), [String]()) }
            return (true, state.index.put(name.path, in: name.original.text, bytes: size, usedAt: now))
        }
        if isDue { mark(name) }
        remove(gone)
    }

    private func mark(_ name: RenderName) {
        do {
            try files.touch(absolute(name.path))
        } catch  where BlobError(error, "").code == .notFound {
            // Evicted between our opening it and the note. What is open can be read to its end.
            state.withLock { $0.index.remove(name.path) }
        } catch {
            // It only looks older than it is.
        }
    }

    /// Under a name of its own first: what has the right name has all its bytes, but for a power cut.
    private func keepNow(_ bytes: [UInt8], _ sha256: SHA256Digest, _ name: RenderName) throws {
        for each in [folder, "\(folder)/\(name.folder)"] { _ = try files.makeFolder(each) }
        let draft = "\(folder)/\(mark)-\(UUIDv7.shared.next()).part"
        let claim = reserve.claim(in: folder, .new)
        try claim.cover(Int64(bytes.count + RenderSeal.byteCount))
        defer { claim.end() }
        let seal = RenderSeal(key: name.key, sha256: sha256, length: Int64(bytes.count))
        do {
            let file = try files.create(draft)
            for part in [bytes, seal.bytes] { try write(part, to: file) }
            try files.rename(draft, to: absolute(name.path))
        } catch {
            try? files.remove(draft)
            throw error
        }
        note(name, bytes: Int64(bytes.count + RenderSeal.byteCount))
    }

    private func write(_ bytes: [UInt8], to file: OpenFile) throws {
        try bytes.withUnsafeBytes { try files.writeAll($0, to: file) }
    }

    /// Counts a file that this process wrote, and removes what there is no more room for.
    private func note(_ name: RenderName, bytes: Int64) {
        let now = time.now()
        let gone = state.withLock { state in
            state.proven.insert(name.path)
            return state.index.put(name.path, in: name.original.text, bytes: bytes, usedAt: now)
        }
        remove(gone)
    }

    /// Counts files from before the start, and removes those for which there is no room.
    func add(_ found: [CacheIndex.Found]) {
        remove(state.withLock { $0.index.add(found) })
    }

    private func discard(_ path: String) {
        state.withLock { $0.index.remove(path) }
        remove([path])
    }

    private func remove(_ paths: [String]) {
        state.withLock { $0.proven.subtract(paths) }
        for path in paths {
            do {
                try files.remove(absolute(path))
            } catch {
                let failure = BlobError(error, "The render \(path) could not be removed.")
                if failure.code != .notFound { log.warning("a render could not be removed", ["error": "\(failure)"]) }
            }
        }
    }

    private func absolute(_ path: String) -> String { "\(folder)/\(path)" }
}
