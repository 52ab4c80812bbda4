import AgBase
import AgCrypto
import AgHTTP

/// What the headers of tus say. Pure.
enum TusHeader {
    /// Longer metadata is no file name.
    private static let longestMetadata = 8_192

    static func length(_ request: HTTPRequest) throws(Fault) -> Int64 {
        try number("Upload-Length", request)
    }

    static func offset(_ request: HTTPRequest) throws(Fault) -> Int64 {
        try number("Upload-Offset", request)
    }

    private static func number(_ name: String, _ request: HTTPRequest) throws(Fault) -> Int64 {
        guard let text = request.headers[name], let number = QueryReader.number(text) else {
            throw Fault(.badRequest, "invalid-header", "\(name) must be there, and a whole number of bytes.")
        }
        return number
    }

    /// The file's name for showing, of `Upload-Metadata: filename d29ybGQ=,…`; `nil` for whatever else stands there: metadata that
    /// cannot be read is no reason to lose an upload.
    static func filename(_ request: HTTPRequest) -> String? {
        guard let text = request.headers["upload-metadata"], text.utf8.count <= longestMetadata else { return nil }
        for pair in text.split(separator: ",") {
            let words = pair.split(separator: " ")
            guard words.count == 2, words[0] == "filename" || words[0] == "name",
                let bytes = Base64.decode(String(words[1])),
                let name = String(validating: bytes, as: UTF8.self)
            else { continue }
            let shown = FileName.forDisplay(name)
            return shown.isEmpty ? nil : shown
        }
        return nil
    }

    /// Throws `Fault` 415.
    static func requirePiece(_ request: HTTPRequest) throws(Fault) {
        let given = request.headers["content-type"]
        guard given.flatMap({ MediaType($0) })?.essence == "application/offset+octet-stream" else {
            throw Fault(
                .unsupportedMediaType, "unsupported-media-type",
                "A piece of an upload has the type application/offset+octet-stream, not '\(given?.excerpt() ?? "none")'."
            )
        }
    }
}

/// `Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`.
struct TusChecksum: Sendable {
    enum Algorithm: String, Sendable, CaseIterable {
        case sha1
        case sha256
    }

    static let algorithms = Algorithm.allCases.map(\.rawValue).joined(separator: ",")
    static let mismatch = Fault(
        .unprocessable, "checksum-mismatch",
        "The piece does not have the checksum that was sent with it; send it again.",
        isRetryable: true)

    let algorithm: Algorithm
    private let digest: [UInt8]

    /// `nil` where none was sent. Throws `Fault` 400.
    init?(_ request: HTTPRequest) throws(Fault) {
        guard let text = request.headers["upload-checksum"] else { return nil }
        let words = text.split(separator: " ")
        guard words.count == 2, let algorithm = Algorithm(rawValue: String(words[0])),
            let digest = Base64.decode(String(words[1])),
            digest.count == (algorithm == .sha1 ? SHA1Hasher.byteCount : SHA256Digest.byteCount)
        else {
            throw Fault(
                .badRequest, "invalid-header",
                "Upload-Checksum takes one of \(Self.algorithms), a blank, and the digest in Base64.")
        }
        self.algorithm = algorithm
        self.digest = digest
    }

    func fits(sha1: [UInt8], sha256: SHA256Digest) -> Bool {
        digest == (algorithm == .sha1 ? sha1 : sha256.bytes)
    }
}
