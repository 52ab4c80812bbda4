import AgBase

/// What the name of a file in the spool says.
///
/// `~` stands for `/`, and `@` ends the path; no blob path contains either.
enum SpoolName: Equatable {
    /// Bytes still arriving, or never kept.
    case part
    /// Bytes that may already lie at this path, without a committed row.
    case kept(BlobPath)
    /// Nothing of ours.
    case foreign

    private static let keptMark = ".kept"
    private static let partMark = ".part"

    init(_ name: String) {
        if name.hasSuffix(Self.partMark) {
            self = .part
        } else if name.hasSuffix(Self.keptMark), let mark = name.lastIndex(of: "@"),
            let path = BlobPath(untrusted: String(name[..<mark].map { $0 == "~" ? "/" : $0 }))
        {
            self = .kept(path)
        } else {
            self = .foreign
        }
    }

    /// The name for bytes that nobody has asked to keep.
    static func part(_ id: String) -> String { id + partMark }

    /// The name for bytes that are about to be kept at `path`. The id keeps two attempts at one path apart.
    static func intent(for path: BlobPath, _ id: String) -> String {
        String(path.text.map { $0 == "/" ? "~" : $0 }) + "@" + id + keptMark
    }
}
