import AgBase
import AgCrypto
import AgWire

/// An answer of Pixstore; or, as JSON, a record of it or of our own, or the names and texts of a question, a line each.
package enum PixstoreFuzz: FuzzTarget {
    package static let name = "pixstore"

    package static func run(_ input: [UInt8]) throws {
        if let (payload, bodyOffset) = try? PixstorePayload.read(input) {
            let isFailure = payload.state.rawValue > 1
            try promise(payload.head == Array(input.prefix(isFailure ? 1 : bodyOffset)), "written again it differs")
            try promise(isFailure || bodyOffset < input.count, "an answer without a ciphertext")
        }
        if let json = try? JSONValue(json: input) { try checkRecords(json) }
        try checkTexts(lines(of: input))
    }

    private static func checkRecords(_ json: JSONValue) throws {
        if let record = try? PixstoreRecord(json) {
            try promise((try? PixstoreRecord(record.json))?.json == record.json, "a record reads differently again")
        }
        if let record = try? WireRecord(json) {
            try promise((try? WireRecord(record.json))?.json == record.json, "a record reads differently again")
        }
    }

    private static func checkTexts(_ texts: [String]) throws {
        for text in texts {
            if let subject = WireSubject(recordID: text) {
                try promise(isSame(subject.recordID, text), "a subject of another name: \(text)")
            }
            if let token = WireToken(header: text) {
                try promise(0...WireToken.highest ~= token.number, "a token out of range: \(text)")
                let next = WireToken.next(after: token, milliseconds: Int64(text.utf8.count))
                try promise(next.map { $0 > token } ?? (token.number == WireToken.highest), "no next token: \(text)")
            }
            let request = PixstoreRequest(id: text, proof: text, token: text)
            try promise(request.refusal { _, _ in false } != nil, "let in without a proof: \(text)")
        }
    }
}
