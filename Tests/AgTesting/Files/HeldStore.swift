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

    package var spool: Spool { real.spool }

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

    package func open<Value: Sendable>(
        _ path: BlobPath, _ body: @escaping @Sendable (OpenFile) throws -> Value
    ) async throws -> Value {
        do {
            let value = try await real.open(path, body)
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
        olderThan age: Duration, isReferenced: @Sendable (BlobPath) async throws -> Bool
    ) async throws -> Int {
        try await real.recover(olderThan: age, isReferenced: isReferenced)
    }

    package func checkWritable() async throws { try await real.checkWritable() }
}
