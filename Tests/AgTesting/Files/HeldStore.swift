package import AgBase
package import AgBlobs

/// A store in front of another one that calls a test at the moments where others may come in between.
package struct HeldStore: BlobStore {
    package enum Moment: Sendable, Equatable {
        /// The names are given, the rows are not written.
        case kept
        /// The bytes were read, or found missing; nothing has been done about it.
        case opened(BlobPath)
        case quarantining(BlobPath)
    }

    private let real: any BlobStore
    private let hook: @Sendable (Moment) async throws -> Void

    package init(_ real: any BlobStore, _ hook: @escaping @Sendable (Moment) async throws -> Void) {
        self.real = real
        self.hook = hook
    }

    package func enter() async throws -> Bool { try await real.enter() }
    package func admitOthers() async throws { try await real.admitOthers() }
    package func leave() async { await real.leave() }
    package func installation() async throws -> InstallationID? { try await real.installation() }
    package func mark(_ installation: InstallationID) async throws { try await real.mark(installation) }

    package func checkRoom() throws(BlobError) { try real.checkRoom() }
    package func begin(_ use: DiskReserve.Use) throws(BlobError) -> SpoolFile { try real.begin(use) }

    package func stage(_ source: OpenFile, byteCount: Int64) async throws -> SpoolFile {
        try await real.stage(source, byteCount: byteCount)
    }

    package func keep(_ blobs: [StagedBlob]) async throws {
        try await real.keep(blobs)
        try await hook(.kept)
    }

    package func settle(_ blobs: [StagedBlob]) async { await real.settle(blobs) }
    package func withdraw(_ blobs: [StagedBlob]) async { await real.withdraw(blobs) }
    package func discard(_ files: [SpoolFile]) async { await real.discard(files) }

    package func open(_ path: BlobPath, byteCount: Int64?, readingUpTo limit: Int64) async throws -> BlobContent {
        try await held(path) { try await real.open(path, byteCount: byteCount, readingUpTo: limit) }
    }

    package func local(_ path: BlobPath, byteCount: Int64?) async throws -> OpenFile {
        try await held(path) { try await real.local(path, byteCount: byteCount) }
    }

    package func check(_ path: BlobPath, _ recorded: BlobDigest) async throws -> BlobCheck {
        try await held(path) { try await real.check(path, recorded) }
    }

    private func held<Value: Sendable>(_ path: BlobPath, _ read: () async throws -> Value) async throws -> Value {
        do {
            let value = try await read()
            try await hook(.opened(path))
            return value
        } catch {
            try await hook(.opened(path))
            throw error
        }
    }

    package func remove(_ paths: [BlobPath]) async throws { try await real.remove(paths) }

    package func quarantine(_ path: BlobPath) async throws {
        try await hook(.quarantining(path))
        try await real.quarantine(path)
    }

    package func pending() async throws -> Set<BlobPath> { try await real.pending() }
    package func walk(_ visit: @Sendable (BlobListing) async throws -> Void) async throws { try await real.walk(visit) }

    package func recover(
        olderThan age: Duration, fate: @Sendable (SpoolOwner) async throws -> SpoolOwner.Fate,
        isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int {
        try await real.recover(olderThan: age, fate: fate, isReferenced: isReferenced)
    }

    package func checkWritable() async throws { try await real.checkWritable() }
}
