import AgBase
import AgCrypto
import AgLibrary
import AgModel
import AgWire
import Testing

/// What came back to a client of Pixstore.
struct SealedAnswerRead {
    let bytes: [UInt8]
    let payload: PixstorePayload
    let body: [UInt8]
    let retryAfter: Duration?

    var state: PixstoreState { payload.state }

    var delivered: (token: WireToken, seal: ContentSeal)? {
        if case .updated(let token, let seal) = payload { (token, seal) } else { nil }
    }

    /// The picture, by the delivered key or that of the record.
    func open(_ record: PixstoreRecord) throws -> [UInt8] {
        try SealedPicture.open(body.span.bytes, with: delivered?.seal ?? record.seal).picture
    }
}

extension LibraryDesk {
    func record(_ name: String, _ variant: String? = nil) async throws -> PixstoreRecord {
        try await library.sealed.record(of: name, variant: variant).record
    }

    func bytes(_ question: PixstoreRequest, _ version: WireVersion = .pixstore) async throws -> [UInt8] {
        let content = await library.sealed.answer(question, version).content
        return try await content.bytes(0..<content.byteCount)
    }

    func ask(_ id: String, proof: String?, token: String? = nil) async throws -> SealedAnswerRead {
        let question = PixstoreRequest(id: id, proof: proof, token: token)
        let answer = await library.sealed.answer(question, .pixstore)
        let bytes = try await answer.content.bytes(0..<answer.content.byteCount)
        let (payload, offset) = try PixstorePayload.read(bytes)
        return SealedAnswerRead(
            bytes: bytes, payload: payload, body: Array(bytes[offset...]), retryAfter: answer.retryAfter)
    }

    func ask(_ record: PixstoreRecord, token: Int64? = nil) async throws -> SealedAnswerRead {
        try await ask(record.id, proof: record.proof, token: token.map { "\($0)" })
    }

    /// Gives an image other bytes.
    @discardableResult
    func replace(_ id: ImageID, by bytes: [UInt8]) async throws -> UploadOutcome {
        try await upload(bytes, at: UploadTarget(replaced: id))
    }
}
