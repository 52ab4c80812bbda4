package import AgBase
package import AgBlobs
import Synchronization

/// An object store's side: objects by key, written only where there is none, read by ranges, listed in pages. It knows no rename, no
/// link and no descriptor. Lives as long as a test, beyond the stores that are opened on it.
package final class Bucket: Sendable {
    struct Object: Sendable {
        let bytes: [UInt8]
        let modifiedAt: Timestamp
    }

    private let objects = Mutex<[String: Object]>([:])

    package init() {}

    package var keys: [String] { objects.withLock { $0.keys.sorted() } }

    package subscript(_ key: String) -> [UInt8]? {
        get { objects.withLock { $0[key]?.bytes } }
        // Past every store, as an accident would.
        set { objects.withLock { $0[key] = newValue.map { Object(bytes: $0, modifiedAt: SystemTime().now()) } } }
    }

    /// False when there is an object of that key.
    func put(_ key: String, _ bytes: [UInt8]) -> Bool {
        objects.withLock { objects in
            guard objects[key] == nil else { return false }
            objects[key] = Object(bytes: bytes, modifiedAt: SystemTime().now())
            return true
        }
    }

    func delete(_ key: String) { objects.withLock { $0[key] = nil } }

    func length(_ key: String) -> Int64? { objects.withLock { $0[key].map { Int64($0.bytes.count) } } }

    func get(_ key: String, _ range: Range<Int64>) -> ArraySlice<UInt8>? {
        guard let bytes = objects.withLock({ $0[key] })?.bytes else { return nil }
        let end = min(Int(range.upperBound), bytes.count)
        return bytes[min(Int(range.lowerBound), end)..<end]
    }

    /// The keys with a prefix behind another key, so many at most.
    func page(_ prefix: String, after key: String, limit: Int) -> [(key: String, object: Object)] {
        objects.withLock { objects in
            objects.filter { $0.key.hasPrefix(prefix) && $0.key > key }.sorted { $0.key < $1.key }.prefix(limit)
                .map { (key: $0.key, object: $0.value) }
        }
    }
}

/// The notes whose staged bytes this process still holds.
private final class LivingNotes: Sendable {
    private struct Holder: Sendable {
        weak let file: SpoolFile?
    }

    private let holders = Mutex<[String: Holder]>([:])

    func add(_ key: String, _ file: SpoolFile) { holders.withLock { $0[key] = Holder(file: file) } }
    func contains(_ key: String) -> Bool { holders.withLock { $0[key]?.file != nil } }
}

/// A store on another machine, as one process sees it: its blobs have no descriptor, what is under way is noted as objects.
package struct RemoteStore: BlobStore {
    private static let page = 3
    private static let piece = 64 << 10

    private let bucket: Bucket
    private let spool: Spool
    private let pool: BlockingPool
    private let living = LivingNotes()
    package var pendingRemovals: Int { spool.pendingRemovals }

    /// - Parameter folder: of this machine's, where bytes are collected.
    package init(
        _ bucket: Bucket, folder: String, reserve: DiskReserve? = nil, mark: SpoolMark = SpoolMark(),
        pool: BlockingPool = BlockingPool(threads: 2, name: "remote")
    ) throws {
        self.bucket = bucket
        self.pool = pool
        _ = try DiskFiles().makeFolder(folder)
        spool = Spool(folder: RealPath.of(folder), files: DiskFiles(), pool: pool, reserve: reserve, mark: mark)
    }

    // MARK: Processes that share a place

    /// Nothing here tells whether others work.
    package func enter() async throws -> Bool { false }
    package func admitOthers() async throws {}
    package func leave() async {}

    package func installation() async throws -> InstallationID? {
        guard let bytes = bucket[InstallationMark.fileName] else { return nil }
        guard let mark = InstallationMark(String(decoding: bytes, as: UTF8.self)) else {
            throw BlobError(.changed, "The mark is damaged. \(InstallationMark.remedy)")
        }
        return mark.installation
    }

    package func mark(_ installation: InstallationID) async throws {
        try put(InstallationMark.fileName, Array(InstallationMark(installation).text.utf8))
    }

    private func put(_ key: String, _ bytes: [UInt8]) throws {
        guard bucket.put(key, bytes) else { throw BlobError(.exists, "There is an object \(key).") }
    }

    // MARK: Bytes on their way in

    package func checkRoom() throws(BlobError) { try spool.checkRoom() }
    package func begin(_ use: DiskReserve.Use) throws(BlobError) -> SpoolFile { try spool.begin(use) }

    package func stage(_ source: OpenFile, byteCount: Int64) async throws -> SpoolFile {
        try await pool.run { [spool] in try spool.copy(source, byteCount: byteCount) }
    }

    private func note(_ blob: StagedBlob) -> String { "notes/\(blob.file.owner)/\(blob.path)" }

    package func keep(_ blobs: [StagedBlob]) async throws {
        var made: [BlobPath] = []
        do {
            for blob in blobs {
                let bytes = try await pool.run { try blob.file.file.read(at: 0, count: Int(blob.file.byteCount)) }
                bucket[note(blob)] = []
                living.add(note(blob), blob.file)
                try put(blob.path.text, bytes)
                made.append(blob.path)
            }
        } catch {
            for path in made { bucket.delete(path.text) }
            for blob in blobs { bucket.delete(note(blob)) }
            throw error
        }
    }

    package func settle(_ blobs: [StagedBlob]) async {
        for blob in blobs { bucket.delete(note(blob)) }
        await discard(blobs.map(\.file))
    }

    package func withdraw(_ blobs: [StagedBlob]) async {
        for blob in blobs {
            // One that is not ours has no note of ours.
            if bucket.length(note(blob)) != nil { bucket.delete(blob.path.text) }
            bucket.delete(note(blob))
        }
    }

    package func discard(_ files: [SpoolFile]) async {
        try? await pool.run { for file in files { file.discardUnlessNoted() } }
    }

    // MARK: Reading

    package func open(_ path: BlobPath, byteCount: Int64?, readingUpTo limit: Int64) async throws -> BlobContent {
        guard let length = bucket.length(path.text) else { throw BlobError(.notFound, "There is no object \(path).") }
        guard length == byteCount ?? length else {
            throw BlobError(.changed, "The object \(path) has \(length) bytes; recorded are \(byteCount ?? 0).")
        }
        if length <= limit, let bytes = bucket.get(path.text, 0..<length) { return BlobContent(Array(bytes)) }
        return BlobContent(byteCount: length) { [bucket] range, sink in
            guard var rest = bucket.get(path.text, range) else {
                throw BlobError(.notFound, "The object \(path) is gone.")
            }
            while !rest.isEmpty {
                let piece = Array(rest.prefix(Self.piece))
                try await sink(piece)
                rest = rest.dropFirst(piece.count)
            }
        }
    }

    package func local(_ path: BlobPath, byteCount: Int64?) async throws -> OpenFile {
        try await spool.fetch(open(path, byteCount: byteCount, readingUpTo: 0), on: pool)
    }

    // MARK: What is there

    package func remove(_ paths: [BlobPath]) async throws { for path in paths { bucket.delete(path.text) } }

    package func quarantine(_ path: BlobPath) async throws {
        guard let bytes = bucket[path.text] else { throw BlobError(.notFound, "There is no object \(path).") }
        let name = path.text.split(separator: "/").joined(separator: "~")
        try put("quarantine/\(SystemTime().now().milliseconds)~\(name)", bytes)
        bucket.delete(path.text)
    }

    package func pending() async throws -> Set<BlobPath> { Set(all("notes/").compactMap { Self.path(in: $0.key) }) }

    private static func path(in note: String) -> BlobPath? {
        BlobPath(untrusted: note.split(separator: "/").dropFirst(2).joined(separator: "/"))
    }

    package func walk(_ visit: @Sendable (BlobListing) async throws -> Void) async throws {
        for (key, object) in all("images/") {
            guard let path = BlobPath(untrusted: key) else { continue }
            try await visit(
                BlobListing(path: path, byteCount: Int64(object.bytes.count), modifiedAt: object.modifiedAt))
        }
    }

    private func all(_ prefix: String) -> [(key: String, object: Bucket.Object)] {
        var found: [(key: String, object: Bucket.Object)] = []
        while case let page = bucket.page(prefix, after: found.last?.key ?? "", limit: Self.page), !page.isEmpty {
            found += page
        }
        return found
    }

    package func recover(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate,
        isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int {
        let limit = SystemTime().now() - age
        var removed = 0
        let notes = all("notes/")
        let fates = try await fates(of: notes.compactMap { Self.owner(in: $0.key) }, fate)
        for (key, object) in notes {
            guard let path = Self.path(in: key), let owner = Self.owner(in: key) else { continue }
            let fate = fates[owner] ?? .unknown
            guard !living.contains(key), fate == .ended || (fate == .unknown && object.modifiedAt <= limit) else {
                continue
            }
            if try await !isReferenced(path) {
                bucket.delete(path.text)
                removed += 1
            }
            bucket.delete(key)
            removed += 1
        }
        let known: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate = { owner in
            if let fate = fates[owner] { return fate }
            return try await fate(owner)
        }
        for leftover in try await spool.leftovers(before: limit, fate: known, on: pool) {
            try await pool.run { [spool] in try spool.remove(leftover) }
            removed += 1
        }
        return removed
    }

    private static func owner(in note: String) -> SpoolOwner? { SpoolOwner(note.split(separator: "/")[1]) }

    /// Each is asked for once, and never this process.
    private func fates(
        of owners: [SpoolOwner], _ fate: (SpoolOwner) async throws -> SpoolOwner.Fate
    ) async throws -> [SpoolOwner: SpoolOwner.Fate] {
        var fates = [spool.owner: SpoolOwner.Fate.unknown]
        for owner in owners where fates[owner] == nil { fates[owner] = try await fate(owner) }
        return fates
    }

    package func checkWritable() async throws {
        try await pool.run { [spool] in try spool.checkWritable() }
        try put("probe/\(spool.owner)", [1])
        bucket.delete("probe/\(spool.owner)")
    }
}
