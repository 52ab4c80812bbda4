import AgBase
import AgBlobs
import AgTesting
import Glibc
import Testing

/// One implementation of `BlobStore`.
struct StoreDriver: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let place: @Sendable () -> any StorePlaceForTests

    static let all = [
        StoreDriver(testDescription: "a folder") { FolderForTests() },
        StoreDriver(testDescription: "a remote store without descriptors") { BucketForTests() },
    ]
}

/// A place that several stores work on, as several processes would, and that others can damage.
protocol StorePlaceForTests: Sendable {
    /// Each with a spool, an owner and notes of its own.
    func open(_ owner: SpoolOwner) throws -> any BlobStore

    /// Puts other bytes at a blob's path, or removes it, past every store.
    func damage(_ path: BlobPath, _ bytes: [UInt8]?) throws

    /// Everything that lies there and is no blob.
    var rest: [String] { get }
}

extension StorePlaceForTests {
    func open() throws -> any BlobStore { try open(.make()) }
}

private final class FolderForTests: StorePlaceForTests {
    private let folder = TemporaryFolder()
    private let pool = BlockingPool(threads: 2, name: "blobs")

    func open(_ owner: SpoolOwner) throws -> any BlobStore {
        try FolderStore(root: folder.path, pool: pool, mark: SpoolMark(owner))
    }

    func damage(_ path: BlobPath, _ bytes: [UInt8]?) throws {
        try sys("unlink") { unlink("\(folder.path)/\(path)") }
        guard let bytes else { return }
        let file = try DiskFiles().create("\(folder.path)/\(path)")
        try bytes.withUnsafeBytes { try DiskFiles().writeAll($0, to: file) }
    }

    var rest: [String] { folder.files().filter { !$0.hasPrefix("images/") } }
}

private final class BucketForTests: StorePlaceForTests {
    private let bucket = Bucket()
    private let folder = TemporaryFolder()
    private let pool = BlockingPool(threads: 2, name: "blobs")

    func open(_ owner: SpoolOwner) throws -> any BlobStore {
        try RemoteStore(bucket, folder: folder.file("spool"), mark: SpoolMark(owner), pool: pool)
    }

    func damage(_ path: BlobPath, _ bytes: [UInt8]?) throws { bucket[path.text] = bytes }

    var rest: [String] { bucket.keys.filter { !$0.hasPrefix("images/") } + folder.files() }
}
