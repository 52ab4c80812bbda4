import AgBase
import Glibc

/// A path as the file system has it: bytes, which need not be UTF-8.
struct LocalPath: Sendable, Hashable {
    /// Without the NUL that ends it.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// For people and for the server: what is no UTF-8 shows as U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The last piece.
    var name: String {
        let name = bytes.split(separator: Self.slash).last.map { String(decoding: $0, as: UTF8.self) }
        return name ?? text
    }

    func appending(_ name: [UInt8]) -> LocalPath {
        LocalPath(bytes: bytes + (bytes.last == Self.slash ? [] : [Self.slash]) + name)
    }

    /// Whether the name ends like that of a picture that we take.
    var isNamedLikePicture: Bool {
        let pieces = name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
        return pieces.count > 1 && Self.pictureEndings.contains(String(pieces[pieces.count - 1]))
    }

    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
    }

    /// Throws `SystemError`.
    func open() throws(SystemError) -> OpenFile {
        OpenFile(adopting: try sys("open") { withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) } })
    }

    private static let slash = UInt8(ascii: "/")
    private static let pictureEndings: Set<String> = [
        "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "gif", "tif", "tiff", "avif", "heic", "heif", "hif",
    ]
}

extension LocalPath {
    /// The words of a command line with the bytes that the shell gave: decoding has replaced what was no UTF-8.
    ///
    /// - Parameter arguments: the program's arguments as they came.
    static func restore(_ words: [String], from arguments: [[UInt8]] = Environment.arguments) -> [LocalPath] {
        var raw: [String: [[UInt8]]] = [:]
        for argument in arguments.reversed() {
            raw[String(decoding: argument, as: UTF8.self), default: []].append(argument)
        }
        return words.map { word in
            guard word.unicodeScalars.contains("\u{FFFD}"), let bytes = raw[word]?.popLast() else {
                return LocalPath(word)
            }
            return LocalPath(bytes: bytes)
        }
    }
}
