import AgBase
import AgContract
import AgTesting
import Testing

@Suite("The contract of the HTTP interface")
struct ContractTests {
    private func session(_ text: String) throws -> API.Session { try JSONValue(json: text).decode() }

    @Test("A member that may be null is always written, and may be missing where it is read")
    func nullable() throws {
        let session = try session(#"{"scope":"read","csrfToken":null}"#)
        #expect(session == API.Session(scope: .read, tokenId: nil, csrfToken: nil))
        #expect(try JSONText.of(session) == #"{"scope":"read","tokenId":null,"csrfToken":null}"#)
    }

    @Test("A member that may be left out is not written as null")
    func optional() throws {
        #expect(try JSONText.of(API.ImagePage(images: [], next: "a")) == #"{"images":[],"next":"a"}"#)
        #expect(try JSONText.of(API.ImagePage(images: [], next: nil, total: 0)).hasSuffix(#""next":null,"total":0}"#))
        #expect(try JSONText.of(API.UploadURLRequest(maxBytes: 5)) == #"{"maxBytes":5}"#)
        #expect(try JSONText.of(API.ReprocessRequest()) == "{}")
    }

    @Test("What a newer server says more is passed over, and its words are kept")
    func newer() throws {
        let text = #"{"scope":"owner","tokenId":"a","csrfToken":null,"rank":[1,{"x":null}]}"#
        let session = try session(text)
        #expect(session.scope?.rawValue == "owner" && session.scope != .admin)
        #expect(session.tokenId?.rawValue == "a")
    }

    @Test("What an answer must have is missed by name, and a wrong type is refused")
    func wrong() throws {
        for text in [#"{"url":"a"}"#, #"{"url":7,"expiresAt":"b"}"#, #"{"url":"a","expiresAt":null}"#, "[]"] {
            #expect(throws: DecodingError.self) { try JSONValue(json: text).decode(API.SignedURL.self) }
        }
    }

    @Test("Values that share their members stand in one object")
    func flat() throws {
        let image = API.Image(
            imageId: .init(rawValue: "i"), status: .pending, sha256: "s", mediaType: "image/png", width: 1, height: 2,
            fileSize: 3, generation: 4, originalFilename: nil, uploadedAt: .init(rawValue: "t"), url: "u",
            thumbnailUrl: "v")
        let upload = API.GrantUpload(storageId: .init(rawValue: "o"), uploaded: .init(image: image, isNew: true))
        let json = try JSONValue(json: JSONText.of(upload))
        #expect(json.members?.count == 14)
        #expect(json["storageId"] == "o" && json["imageId"] == "i" && json["isNew"] == true)
        #expect(json["originalFilename"] == .null)
        #expect(try json.decode(API.GrantUpload.self) == upload)
        #expect(upload.sha256 == "s" && upload.isNew)
    }

    @Test("Members that belong to their writer are kept as they are, in their order")
    func open() throws {
        let text = #"{"z":[1,-2.5,"é",{"b":null,"a":[]}],"name":"Krone","grade":true,"uuid":"u","weight":1e3}"#
        let item = try JSONValue(json: text).decode(API.Item.self)
        #expect(item.uuid == "u" && item.name == "Krone")
        #expect(try JSONText.of(item) == text.replacing("1e3", with: "1000"))
        #expect(ContractCheck.faults(try JSONValue(json: "[\(text)]"), as: [API.Item].self).isEmpty)
    }

    @Test("A picture that was linked is known by its id alone, or in full")
    func linked() throws {
        let link = API.LinkedPicture(imageId: .init(rawValue: "i"), isNew: false)
        #expect(try JSONText.of(link) == #"{"imageId":"i","isNew":false}"#)
        let image = API.Image(
            imageId: .init(rawValue: "i"), status: .pending, sha256: "s", mediaType: "image/png", width: 1, height: 2,
            fileSize: 3, generation: 4, originalFilename: nil, uploadedAt: .init(rawValue: "t"), url: "u",
            thumbnailUrl: "v")
        let full = API.LinkedPicture(.init(image: image, isNew: true))
        let json = try JSONValue(json: JSONText.of(full))
        #expect(json.members?.count == 13)
        #expect(try json.decode(API.LinkedPicture.self) == full)
    }

    @Test("Moments are ordered as their texts are")
    func moments() {
        let texts = [0, 999, 1_000, 951_782_400_000, 1_772_323_199_999].map { Timestamp(milliseconds: $0).rfc3339 }
        let moments = texts.map { API.Moment(rawValue: $0) }
        #expect(moments.shuffled().sorted() == moments)
    }

    @Test(
        "A call is found by its method and path",
        arguments: [
            ("GET", "/api/jobs/status", "/api/jobs/status"), ("GET", "/api/jobs/0-1", "/api/jobs/{id}"),
            ("POST", "/api/jobs/pause", "/api/jobs/pause"), ("PUT", "/api/uploads/7", "/api/uploads/{uploadId}"),
            ("GET", "/api/images/7/status", "/api/images/{id}/status"), ("PATCH", "/api/jobs/status", nil),
            ("GET", "/api/images/7/status/8", nil), ("GET", "/api/images/7/", nil), ("GET", "", nil),
        ])
    func routes(_ method: String, _ path: String, _ found: String?) {
        #expect(API.routes.first { $0.matches(method, path) }?.path == found)
    }

    @Test("An answer with a member too many, one too few or no type at all is noticed")
    func check() {
        func faults(_ target: String, _ body: String, _ status: Int = 200) -> [String] {
            ContractCheck.faults("GET", target, status: status, mediaType: "application/json", Array(body.utf8))
        }
        #expect(faults("/api/session", #"{"csrfToken":null,"scope":"read","tokenId":null}"#).isEmpty)
        #expect(faults("/api/session?x", #"{"scope":null,"tokenId":null,"csrfToken":null,"rank":1}"#).count == 1)
        #expect(faults("/api/session", #"{"scope":null,"tokenId":null}"#).count == 1)
        #expect(faults("/api/session", #"{"scope":7,"tokenId":null,"csrfToken":null}"#).count == 1)
        #expect(faults("/api/session", "{}", 201).count == 1)
        #expect(faults("/api/stars", "{}").count == 1)
        #expect(faults("/api/jobs", #"{"jobs":[],"next":null}"#).isEmpty)
        #expect(ContractCheck.faults(event: "resync", data: #"{"latest":7}"#).isEmpty)
        #expect(ContractCheck.faults(event: "resync", data: #"{"latest":7,"oldest":1}"#).count == 1)
        #expect(ContractCheck.faults(event: "stars-aligned", data: "{}").count == 1)
    }
}
