import AgBase
import AgHTTP
import AgLibrary
import AgModel

/// One upload form, read to its end: files accepted, files refused, and where they go. Nothing is stored yet.
struct UploadForm: Sendable {
    static let mostFiles = 10
    /// Longer values of the plain fields are refused; an id or a session name is short.
    private static let longestField = 1_024
    /// All unknown fields of a form together.
    static let mostSkipped = 1 << 20

    private let caller: Caller
    private(set) var accepted: [AcceptedUpload] = []
    private(set) var errors: [Fault.Detail] = []
    private(set) var target = UploadTarget()
    private var faults: [Fault] = []
    private var allowsDamaged = false
    private var pending: [IncomingUpload] = []
    private var fileCount = 0
    private var skippedBytes = 0

    private init(caller: Caller) {
        self.caller = caller
    }

    /// Reads the whole form on a thread that may block. Throws `Fault` for what spoils the form as a whole.
    static func read(_ request: HTTPRequest, into uploads: Uploads) async throws -> UploadForm {
        var form = UploadForm(caller: request.caller)
        form.target.sessionID = try session(request)
        try await withTaskExecutorPreference(UploadThreads.pool) {
            let reader = try MultipartReader(request)
            for try await part in reader { try await form.take(part, into: uploads) }
            try await form.judge(uploads)
        }
        return form
    }

    /// The header is judged before the files arrive, also where a field will overrule it.
    private static func session(_ request: HTTPRequest) throws -> String? {
        guard let name = request.headers["x-session-id"] else { return nil }
        try SessionName.check(name)
        return name
    }

    /// Why nothing was acceptable: 413 when size was the only reason, 422 otherwise.
    var refusal: Fault {
        guard let first = faults.first else {
            return Fault(
                .unprocessable, "no-files", "The form has no file; send 1 to \(Self.mostFiles) parts named `images`.")
        }
        let kind: Fault.Kind = faults.allSatisfy { $0.kind == .tooLarge } ? .tooLarge : .unprocessable
        let message = faults.count == 1 ? first.message : "None of the \(faults.count) files was acceptable."
        return Fault(kind, first.code, message, details: errors)
    }

    private mutating func take(_ part: MultipartPart, into uploads: Uploads) async throws {
        switch UploadField(part.name) {
        case .file: try await takeFile(part, into: uploads)
        case .sessionID: target.sessionID = try await Self.text(part)
        case .fixedID: target.fixedID = try Self.fixedID(try await Self.text(part))
        case .allowDamaged: allowsDamaged = try Self.flag(try await Self.text(part))
        case .unknown where part.filename != nil: try await Self.refuseFile(part)
        case .unknown: try await skip(part)
        }
    }

    private static func text(_ part: MultipartPart) async throws -> String {
        try await part.text(limit: longestField)
    }

    private mutating func takeFile(_ part: MultipartPart, into uploads: Uploads) async throws {
        try part.requirePlainBytes()
        var chunks = part.body.makeAsyncIterator()
        var chunk = try await chunks.next()
        if chunk == nil, Self.isNameless(part) { return }
        fileCount += 1
        guard fileCount <= Self.mostFiles else {
            throw Fault(
                .unprocessable, "too-many-files", "The form has more than \(Self.mostFiles) files; nothing was stored.")
        }
        let incoming = try uploads.begin(filename: part.filename, for: caller)
        do {
            while let bytes = chunk {
                try bytes.withUnsafeBytes { try incoming.append($0) }
                chunk = try await chunks.next()
            }
            incoming.finish()
            pending.append(incoming)
        } catch let fault as Fault where fault.kind == .tooLarge && fault.code == "file-too-large" {
            // The other files of the form may be fine: read past the rest of this one.
            for try await _ in part.body {}
            refuse(part.filename, fault)
        }
    }

    /// Without bytes too, it is what a browser sends for a file input in which nothing was chosen.
    private static func isNameless(_ part: MultipartPart) -> Bool { part.filename?.isEmpty ?? true }

    /// A picture under a name that is not read would be lost, and its sender would not know.
    private static func refuseFile(_ part: MultipartPart) async throws {
        var chunks = part.body.makeAsyncIterator()
        if isNameless(part), try await chunks.next() == nil { return }
        throw fault(
            "unexpected-file-field", part,
            "has a file in the field '\(shown(part.name))'; pictures go into `images` (also `image`, `files` or `file`)"
        )
    }

    /// A field that is not read harms nothing, unless it was meant to be one that is.
    private mutating func skip(_ part: MultipartPart) async throws {
        if let meant = UploadField.nearMiss(of: part.name) {
            throw Self.fault(
                "misspelt-field", part, "has a field '\(Self.shown(part.name))'; did you mean `\(meant)`?")
        }
        for try await chunk in part.body {
            skippedBytes += chunk.count
            guard skippedBytes <= Self.mostSkipped else {
                throw Fault(
                    .tooLarge, "fields-too-large",
                    "The form's fields other than pictures have more than \(Self.mostSkipped) bytes together; nothing was stored."
                )
            }
        }
    }

    private static func fault(_ code: String, _ part: MultipartPart, _ complaint: String) -> Fault {
        let sentence = "The form \(complaint)\(complaint.last == "?" ? "" : ".") Nothing was stored."
        let detail = Fault.Detail(label: "field", subject: shown(part.name), code: code, detail: sentence)
        return Fault(.unprocessable, code, sentence, details: [detail])
    }

    /// A stranger's name for a sentence.
    private static func shown(_ name: String) -> String { String(decoding: name.utf8.prefix(80), as: UTF8.self) }

    /// Judged after the last part, because a field behind the files may say how.
    private mutating func judge(_ uploads: Uploads) async throws {
        for incoming in pending {
            do {
                accepted.append(try await uploads.accept(incoming, allowDamaged: allowsDamaged))
            } catch let fault as Fault where fault.kind == .unprocessable {
                refuse(incoming.filename, fault)
            }
        }
        pending = []
    }

    private mutating func refuse(_ filename: String?, _ fault: Fault) {
        faults.append(fault)
        errors.append(
            Fault.Detail(label: "filename", subject: filename ?? "", code: fault.code, detail: fault.message))
    }

    private static func flag(_ text: String) throws -> Bool {
        switch text {
        case "1", "true": return true
        case "0", "false": return false
        default:
            throw Fault(
                .unprocessable, "bad-allow-damaged", "`allowDamaged` must be 1 or 0, not '\(text.excerpt())'.")
        }
    }

    private static func fixedID(_ text: String) throws -> ImageID {
        guard let id = ImageID(untrusted: text) else {
            throw Fault(.unprocessable, "bad-fixed-id", "`fixedId` must be a UUID, not '\(text.excerpt())'.")
        }
        return id
    }
}

/// Threads that write uploads to the disk, so that a slow disk never holds up a loop of the HTTP server.
enum UploadThreads {
    static let pool = BlockingPool(threads: 8, name: "uploads")
}
