import AgBase
import AgContract
import AgServer
import Glibc

/// `argentum get`: what is known of a picture, or its bytes.
enum GetCommand: Command {
    static let name = "get"
    static let summary = "Show what is known of a picture, or fetch it."
    static let arguments = "ID"
    static let options = [variant.definition, file.definition, wait.definition]
    static let settings = ArgentumSettings.clientRows

    private static let variant = Setting<String>(
        .init(
            "variant", .text, help: "Fetch original, thumbnail, or a variant such as medium.webp.", isOption: true))
    private static let file = Setting<String>(
        .init(
            "output", .text,
            help: "The file to write, ID-VARIANT in this folder by default; - is standard output. Alone: the original.",
            isOption: true))
    private static let wait = Setting<Bool>(
        .init("wait", .bool, default: "false", help: "Wait for a variant that is not made yet.", isOption: true))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        let id = try call.words(1...1, of: self)[0]
        let client = try call.client()
        guard let variant = call.settings[variant] ?? call.settings[file].map({ _ in "original" }) else {
            let image = try await client.call("GET", "/api/images/\(escaped(id))", as: API.ImageDetails.self)
            call.output.result(image.json, describe(image.value))
            return .ok
        }
        let path = call.settings[file] ?? "\(id)-\(variant)"
        do {
            try await fetch(variant, of: id, to: path, client)
        } catch let notYet as NotYet {
            try await wait(for: id, notYet, call, client)
            try await fetch(variant, of: id, to: path, client)
        }
        return .ok
    }

    /// Throws `Failure` when nobody wants to wait, or when waiting is of no use.
    private static func wait(
        for id: String, _ notYet: NotYet, _ call: CommandCall, _ client: ServerClient
    ) async throws {
        guard call.settings[required: wait] else {
            throw Failure(.error, "\(notYet.failure.message) Add --wait to wait for it.")
        }
        let left = try await Waiting(client: client).wait(for: [.init(rawValue: id)]) { _, _ in }
        guard left.isEmpty else {
            throw Failure(.error, "Jobs are paused, so it is not made now. `argentum jobs resume` goes on.")
        }
    }

    private static func fetch(_ variant: String, of id: String, to path: String, _ client: ServerClient) async throws {
        let whole = ["original", "thumbnail"].contains(variant)
        let name = whole ? variant : "variants/\(escaped(variant))"
        let isPipe = path == "-"
        guard !isFolder(path) else { throw Failure(.usage, "--output needs a file's name, and \(path) is a folder.") }
        guard !isPipe || !Output.isTerminal(1) else {
            throw Failure(
                .usage, "A picture's bytes are not for a terminal; redirect them, or name a file with --output.")
        }
        // Beside the goal first: a transfer that breaks off must not leave half a picture under the right name.
        let draft = "\(path).\(getpid()).part"
        let out = isPipe ? OpenFile(adopting: try sys("dup") { dup(1) }) : try create(draft, for: path)
        do {
            try await client.download("/api/images/\(escaped(id))/\(name)") { piece in try write(piece, to: out) }
        } catch {
            if !isPipe { unlink(draft) }
            throw error
        }
        guard !isPipe else { return }
        try sys("rename") { rename(draft, path) }
        Output.remark("argentum: Written to \(path).")
    }

    private static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return path.hasSuffix("/") || (stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR)
    }

    /// Never over a file that is there: it is somebody else's.
    private static func create(_ draft: String, for path: String) throws -> OpenFile {
        do throws(SystemError) {
            return OpenFile(adopting: try sys("open") { open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) })
        } catch {
            let reason = String(cString: strerror(error.errno))
            throw Failure(.error, "\(path) cannot be written: \(draft), which is written first, says: \(reason).")
        }
    }

    @Sendable private static func write(_ piece: ArraySlice<UInt8>, to file: OpenFile) throws {
        var rest = piece
        while !rest.isEmpty {
            let count = try sys("write") {
                rest.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    private static func describe(_ details: API.ImageDetails) -> String {
        let image = details.image
        let size = "\(image.width)x\(image.height), \(readable(byteCount: image.fileSize))"
        let rows = [
            ["id", image.imageId.rawValue], ["status", image.status.rawValue],
            ["file name", image.originalFilename ?? ""], ["original", "\(image.mediaType), \(size)"],
            ["sha256", image.sha256], ["uploaded", image.uploadedAt.rawValue],
        ]
        return table(
            rows
                + details.variants.map { variant in
                    let size = "\(variant.width)x\(variant.height), \(readable(byteCount: variant.fileSize))"
                    return ["\(variant.variantType).\(variant.format)", size]
                })
    }
}
