import AgBase
import Synchronization

/// Marks what one process left in a spool that others share: the id of one run of one process, or of one node's lease.
///
/// It must not come back with another process: files of an owner that has ended are removed at any age.
package struct SpoolOwner: Hashable, Sendable, CustomStringConvertible {
    /// Whether the process with that mark still works.
    package enum Fate: Sendable {
        /// What it left is abandoned.
        case ended
        /// It removes what it left itself.
        case running
        /// What is old enough is abandoned.
        case unknown
    }

    package let text: String

    /// A mark of letters, digits, `-` and `_`, 64 at most; `nil` for any other text.
    package init?(_ text: some StringProtocol) {
        let isSound = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isSound, (1...64).contains(text.utf8.count) else { return nil }
        self.text = String(text)
    }

    private init(made: String) {
        text = made
    }

    /// A fresh one.
    package static func make() -> SpoolOwner { SpoolOwner(made: UUIDv7.shared.next()) }

    package var description: String { text }
}

/// The mark that this process gives from now on: it may change while the process runs, when its lease did. Shared by the parts of one
/// process.
package final class SpoolMark: Sendable {
    private let owner: Mutex<SpoolOwner>

    package init(_ owner: SpoolOwner = .make()) {
        self.owner = Mutex(owner)
    }

    package var current: SpoolOwner { owner.withLock { $0 } }

    /// What was begun before keeps its mark.
    package func become(_ owner: SpoolOwner) { self.owner.withLock { $0 = owner } }
}

/// What the name of a file in the spool says.
///
/// `~` stands for `/`, `@` ends the path and `.` the id; no blob path contains the first two, and no id the last.
enum SpoolName: Equatable {
    /// Bytes still arriving, or never kept. Files of earlier versions name no owner.
    case part(SpoolOwner?)
    /// Bytes that may already lie at this path, without a committed row.
    case kept(BlobPath, SpoolOwner?)
    /// Not a name that this program gives.
    case foreign

    private static let keptMark = ".kept"
    private static let partMark = ".part"

    init(_ name: String) {
        if name.hasSuffix(Self.partMark) {
            self = .part(Self.owner(in: name.dropLast(Self.partMark.count)))
        } else if name.hasSuffix(Self.keptMark), let mark = name.lastIndex(of: "@"),
            let path = BlobPath(untrusted: String(name[..<mark].map { $0 == "~" ? "/" : $0 }))
        {
            self = .kept(path, Self.owner(in: name[mark...].dropLast(Self.keptMark.count)))
        } else {
            self = .foreign
        }
    }

    var owner: SpoolOwner? {
        switch self {
        case .part(let owner), .kept(_, let owner): owner
        case .foreign: nil
        }
    }

    /// Where the bytes may lie already.
    var path: BlobPath? {
        if case .kept(let path, _) = self { path } else { nil }
    }

    private static func owner(in text: Substring) -> SpoolOwner? {
        text.firstIndex(of: ".").flatMap { SpoolOwner(text[text.index(after: $0)...]) }
    }

    /// The name for bytes that are not to be kept yet.
    static func part(_ id: String, _ owner: SpoolOwner) -> String { "\(id).\(owner)\(partMark)" }

    /// The name for bytes that are about to be kept at `path`. The id keeps two attempts at one path apart.
    static func intent(for path: BlobPath, _ id: String, _ owner: SpoolOwner) -> String {
        String(path.text.map { $0 == "/" ? "~" : $0 }) + "@\(id).\(owner)\(keptMark)"
    }
}
