import AgBase
import AgBlobs
import AgTesting
import Glibc
import Testing

/// Whoever can write into the storage could otherwise make the server read, write and remove anywhere.
@Suite("Links in the storage", .timeLimit(.minutes(1)))
struct LinkTests {
    let folder = TemporaryFolder()
    let outside = TemporaryFolder()
    let pool = BlockingPool(threads: 1, name: "blobs")
    let path = BlobPath("images/2026/11/20/original/3f/one.jpg")

    private func store(_ root: String? = nil) throws -> FolderStore {
        try FolderStore(root: root ?? folder.path, pool: pool)
    }

    private func blob(_ store: FolderStore) throws -> StagedBlob {
        let file = try store.spool.begin()
        try file.append([1, 2, 3])
        return StagedBlob(file: file, path: path)
    }

    /// A file outside, at the place that a followed link would lead to.
    private func bait() throws -> String {
        var made = outside.path
        for name in path.text.split(separator: "/").dropLast() {
            made += "/\(name)"
            #expect(mkdir(made, 0o700) == 0)
        }
        try PrivateFile.write("theirs", to: "\(outside.path)/\(path)")
        return "\(outside.path)/\(path)"
    }

    /// Each folder on the way to a blob, outermost first.
    static let folders = BlobPath("images/2026/11/20/original/3f/one.jpg").folders

    @Test("are followed for no folder: nothing is read, written or removed through them", arguments: folders)
    func folder(_ name: String) async throws {
        let store = try store()
        let bait = try bait()
        var above = folder.path
        for part in name.split(separator: "/").dropLast() {
            above += "/\(part)"
            mkdir(above, 0o700)
        }
        rmdir("\(folder.path)/\(name)")
        #expect(symlink("\(outside.path)/\(name)", "\(folder.path)/\(name)") == 0)
        let reading = await #expect(throws: BlobError.self) { _ = try await store.open(path) }
        #expect(reading?.code == .notAFile)
        await #expect(throws: BlobError.self) { try await store.keep([try blob(store)]) }
        await #expect(throws: BlobError.self) { try await store.remove([path]) }
        await #expect(throws: BlobError.self) { try await store.quarantine(path) }
        #expect(try PrivateFile.read(bait) == "theirs")
        #expect(outside.files() == [path.text])
    }

    @Test("are not read in place of a file, and go alone when it is removed")
    func file() async throws {
        let store = try store()
        let bait = try bait()
        let blob = try blob(store)
        try await store.keep([blob])
        await store.settle([blob])
        #expect(unlink("\(folder.path)/\(path)") == 0)
        #expect(symlink(bait, "\(folder.path)/\(path)") == 0)
        let error = await #expect(throws: BlobError.self) { _ = try await store.open(path) }
        #expect(error?.code == .notAFile)
        try await store.remove([path])
        #expect(try PrivateFile.read(bait) == "theirs")
    }

    @Test("are no spool and no quarantine", arguments: ["tmp", "quarantine", "images"])
    func places(_ name: String) throws {
        #expect(symlink(outside.path, folder.file(name)) == 0)
        #expect(throws: BlobError.self) { try store() }
        #expect(outside.files().isEmpty)
    }

    @Test("above the storage are the operator's own, and followed")
    func above() async throws {
        let link = outside.file("storage")
        #expect(symlink(folder.path, link) == 0)
        let store = try store(link)
        let blob = try blob(store)
        try await store.keep([blob])
        await store.settle([blob])
        #expect(folder.files() == [path.text])
    }

    @Test("A pipe or a folder in a file's place is not waited for, and not read", arguments: [true, false])
    func pipe(_ isPipe: Bool) async throws {
        let store = try store()
        var above = folder.path
        for part in path.text.split(separator: "/").dropLast() {
            above += "/\(part)"
            mkdir(above, 0o700)
        }
        let place = "\(folder.path)/\(path)"
        #expect((isPipe ? mkfifo(place, 0o600) : mkdir(place, 0o700)) == 0)
        let error = await #expect(throws: BlobError.self) { _ = try await store.open(path) }
        #expect(error?.code == .notAFile)
    }

    @Test("A storage that is emptied while it is used is filled again")
    func emptied() async throws {
        let store = try store()
        let first = try blob(store)
        try await store.keep([first])
        await store.settle([first])
        for name in path.folders.reversed() {
            unlink("\(folder.path)/\(path)")
            #expect(rmdir("\(folder.path)/\(name)") == 0)
        }
        let second = try blob(store)
        try await store.keep([second])
        await store.settle([second])
        #expect(folder.files() == [path.text])
    }
}
