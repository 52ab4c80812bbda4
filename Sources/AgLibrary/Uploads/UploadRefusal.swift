import AgBase
import AgCrypto
import AgImaging
import AgModel

/// Every refusal of an upload, side by side, so that the wording stays alike.
enum UploadRefusal {
    static func tooLarge(limit: Int64, isOwnLimit: Bool) -> Fault {
        let source = isOwnLimit ? "that its grant allows" : "that is taken here (ARGENTUM_MAX_UPLOAD)"
        return Fault(
            .tooLarge, "file-too-large", "The file is larger than \(readable(byteCount: limit)), the most \(source).")
    }

    static let empty = Fault(.unprocessable, "empty-file", "The file has no bytes.")

    static func hashDiffers(sent: SHA256Digest, promised: SHA256Digest) -> Fault {
        Fault(
            .unprocessable, "hash-mismatch", "The bytes have the SHA-256 \(sent), and \(promised) was announced.")
    }

    static func typeDiffers(sent: PictureFormat, promised: String) -> Fault {
        Fault(
            .unprocessable, "type-mismatch", "The bytes are \(sent.mediaType), and \(promised) was announced.")
    }

    static func idTaken(_ id: ImageID) -> Fault {
        Fault(.conflict, "id-taken", "The image \(id) exists and shows other bytes.")
    }

    static let fixedIDForMany = Fault(
        .unprocessable, "fixed-id-for-many", "`fixedId` names one image; send one file with it.")

    static func badSession(_ id: String) -> Fault {
        Fault(
            .badRequest, "bad-session-id",
            "A session id has 1 to 128 characters without control characters; this one has \(id.unicodeScalars.count).")
    }

    /// A codec's judgement of untrusted bytes. What is our own failure stays one.
    static func notAcceptable(_ error: CodecError) -> Fault {
        if error.blamesThePicture { return Fault(.unprocessable, error.code.rawValue, error.message, cause: error) }
        let sentence =
            error.code == .busy
            ? "Too many of your pictures wait to be checked; send this one again after Retry-After."
            : "Pictures cannot be checked at the moment; try again later."
        return Fault(
            .unavailable, error.code == .busy ? error.code.rawValue : "codec-unavailable", sentence,
            retryAfter: .seconds(2), cause: error)
    }
}
