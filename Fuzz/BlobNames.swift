@testable import AgBlobs

/// Names of files on the disk: what rows and listings say a blob is called.
package enum BlobNamesFuzz: FuzzTarget {
    package static let name = "blob-names"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let path = BlobPath(untrusted: text) { try check(path) }
        if let path = SpoolName(text).path { try check(path) }
    }

    private static func check(_ path: BlobPath) throws {
        let pieces = path.text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        try promise(pieces.allSatisfy { !$0.isEmpty && $0.first != UInt8(ascii: ".") }, "leaves the store: \(path)")
        try promise(path.text.utf8.allSatisfy { 0x2D...0x7A ~= $0 }, "odd bytes in \(path)")
        try promise(path.folders.count == pieces.count - 1, "\(path.folders) over \(path)")
        guard let owner = SpoolOwner("node-1") else { return try promise(false, "a sound mark is refused") }
        try promise(
            SpoolName(SpoolName.intent(for: path, "1", owner)) == .kept(path, owner), "the note of \(path) is lost")
    }
}
