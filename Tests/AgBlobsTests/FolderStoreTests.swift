import AgBase
import AgBlobs
import AgCrypto
import AgTesting
import Testing

/// What a folder does beyond the promises of every store, which BlobStoreConformance holds.
@Suite("The folder store", .timeLimit(.minutes(1)))
struct FolderStoreTests {
    let folder = TemporaryFolder()
    let pool = BlockingPool(threads: 2, name: "blobs")
    let path = BlobPath("images/2026/11/20/original/3f/one.jpg")

    func store(_ files: any FileOperations = DiskFiles(), time: any TimeSource = SystemTime()) throws -> FolderStore {
        try FolderStore(root: folder.path, files: files, pool: pool, time: time)
    }

    func stage(_ text: String, in store: FolderStore, at path: BlobPath? = nil) throws -> StagedBlob {
        let file = try store.spool.begin()
        try file.append(Array(text.utf8))
        return StagedBlob(file: file, path: path ?? self.path)
    }

    @Test(
        "removes a file that is never kept, on its own threads: a disk that hangs does not hold up the last reference")
    func dropped() async throws {
        let store = try store()
        let disk = Gate()
        do {
            let blob = try stage("half", in: store)
            #expect(folder.files().count == 1)
            #expect(blob.file.byteCount == 4)
            // Both of the pool's threads hang.
            for _ in 0..<2 { pool.submit { disk.pass() } }
        }
        #expect(folder.files().count == 1)
        #expect(store.spool.pendingRemovals == 1)
        for _ in 0..<2 { disk.open() }
        while store.spool.pendingRemovals > 0 { await Task.yield() }
        #expect(folder.files().isEmpty)
    }

    @Test("says of a removal that it may not last, whichever call failed")
    func removalFails() async throws {
        for nth in 1... {
            let store = try store()
            let blob = try stage("silver", in: store)
            try await store.keep([blob])
            await store.settle([blob])
            let files = FaultyFiles(failing: nth, with: 5)
            do {
                try await self.store(files).remove([path])
                #expect(!files.broke, "call \(nth) failed and nobody was told")
            } catch is BlobError {}
            guard files.broke else { break }
            try await store.remove([path])
        }
    }

}

@Suite("A folder store on a failing disk", .timeLimit(.minutes(1)))
struct FailingDiskTests {
    let pool = BlockingPool(threads: 1, name: "blobs")

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Int32
        let expected: BlobError.Code
        let span: FaultyFiles.Span
        var testDescription: String { "\(name), \(span)" }
    }

    /// ENOSPC 28, EIO 5, EMFILE 24 on Linux.
    static let cases = FaultyFiles.Span.allCases.flatMap { span in
        [
            Case(name: "full", code: 28, expected: .full, span: span),
            Case(name: "broken", code: 5, expected: .io, span: span),
            Case(name: "out of descriptors", code: 24, expected: .exhausted, span: span),
        ]
    }

    @Test("any call can fail and leaves nothing that recovery does not clear", arguments: cases)
    func everyCall(_ c: Case) async throws {
        let path = BlobPath("images/2026/11/20/original/3f/one.jpg")
        for nth in 1... {
            let folder = TemporaryFolder()
            _ = try FolderStore(root: folder.path, pool: pool)
            let files = FaultyFiles(failing: nth, c.span, with: c.code, longestWrite: 3)
            let outcome = await keepOne(path, files, folder)
            if case .failure(let error) = outcome {
                #expect((error as? BlobError)?.code == c.expected, "call \(nth)")
            }
            let store = try FolderStore(root: folder.path, pool: pool)
            let isKept = if case .success = outcome { true } else { false }
            _ = try await store.recover(olderThan: .zero, fate: { _ in .unknown }) { _ in isKept }
            #expect(folder.files() == (isKept ? [path.text] : []), "after failing call \(nth)")
            guard files.broke else { break }
        }
    }

    @Test("any call can fail while the folder is marked: the mark is whole or not there", arguments: cases)
    func marking(_ c: Case) async throws {
        let id = InstallationID.make()
        for nth in 1... {
            let folder = TemporaryFolder()
            let sound = try FolderStore(root: folder.path, pool: pool)
            let files = FaultyFiles(failing: nth, c.span, with: c.code, longestWrite: 3)
            do {
                try await FolderStore(existing: folder.path, files: files, pool: pool).mark(id)
            } catch let error as BlobError {
                #expect(error.code == c.expected, "call \(nth)")
            }
            let mark = try await sound.installation()
            #expect(mark == nil || mark == id, "after failing call \(nth)")
            if mark == nil { try await sound.mark(id) }
            _ = try await sound.recover(olderThan: .zero, fate: { _ in .ended }) { _ in false }
            #expect(folder.files() == [InstallationMark.fileName], "after failing call \(nth)")
            guard files.broke else { break }
        }
    }

    @Test("a blob that cannot be opened is a failure of the storage, not a missing or changed one", arguments: cases)
    func reading(_ c: Case) async throws {
        let path = BlobPath("images/2026/11/20/original/3f/one.jpg")
        let folder = TemporaryFolder()
        _ = try FolderStore(root: folder.path, pool: pool)
        _ = await keepOne(path, FaultyFiles(failing: .max, with: 0), folder)
        let recorded = BlobDigest(byteCount: 6, sha256: .of("silver"))
        func store() throws -> FolderStore {
            try FolderStore(existing: folder.path, files: FaultyFiles(failing: 2, .forever, with: c.code), pool: pool)
        }
        for read in [
            { _ = try await store().open(path, byteCount: 6, readingUpTo: 6) },
            { _ = try await store().local(path, byteCount: 6) }, { _ = try await store().check(path, recorded) },
            { _ = try await store().installation() },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: BlobError.self) { try await read() }
            #expect(error?.code == c.expected)
        }
    }

    private func keepOne(_ path: BlobPath, _ files: FaultyFiles, _ folder: TemporaryFolder) async -> Result<
        Void, any Error
    > {
        do {
            let store = try FolderStore(root: folder.path, files: files, pool: pool)
            let file = try store.spool.begin()
            try file.append(Array("silver".utf8))
            let blob = StagedBlob(file: file, path: path)
            try await store.keep([blob])
            await store.settle([blob])
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}
