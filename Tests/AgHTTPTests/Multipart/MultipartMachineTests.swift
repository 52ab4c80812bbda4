import AgBase
import Testing

@testable import AgHTTP

/// What a body came apart into.
private struct Parts: Equatable, CustomStringConvertible {
    var list: [Part] = []
    var isFinished = false

    struct Part: Equatable {
        var name: String
        var filename: String?
        var text: String
        var isEnded = false
    }

    var description: String { list.map { "\($0.name)=\($0.text)" }.joined(separator: "|") }
}

@Suite("A multipart body")
struct MultipartMachineTests {
    private static let boundary = try! MultipartBoundary(["Content-Type": "multipart/form-data; boundary=xYz"])

    private static func part(_ name: String, _ text: String) -> String {
        "Content-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(text)\r\n"
    }

    private func read(_ pieces: [[UInt8]], limits: MultipartLimits = MultipartLimits()) throws -> Parts {
        var machine = MultipartMachine(boundary: Self.boundary, limits: limits)
        var parts = Parts()
        var bytes: [UInt8] = []
        for piece in pieces {
            for action in try machine.take(piece) {
                switch action {
                case .begin(let head):
                    parts.list.append(.init(name: head.name, filename: head.filename, text: ""))
                    bytes = []
                case .data(let range): bytes += piece[range]
                case .held(let held): bytes += held
                case .end:
                    parts.list[parts.list.count - 1].text = String(decoding: bytes, as: UTF8.self)
                    parts.list[parts.list.count - 1].isEnded = true
                case .finished: parts.isFinished = true
                }
            }
        }
        try machine.finish()
        return parts
    }

    private func read(_ text: String) throws -> Parts { try read([Array(text.utf8)]) }

    private static let tricky = [
        "", "plain", "\r\n", "\r", "\n", "\r\r\n", "\r\n\r\n", "x--xYz", "\r\n--xY", "\r\n--xy", "\r\n-", "\r\n--",
        "\n--xYz",
        "\r\r\n--xY\r\n--x", "--", "a\r\n--xYa\r\n--xYb", "\r\n--xY\r\n--xY\r\r\n-\r\n--",
    ]

    @Test("comes apart the same wherever it is cut", arguments: tricky)
    func everySplit(_ content: String) throws {
        let text =
            "--xYz\r\n" + Self.part("a", content) + "--xYz  \r\n" + Self.part("b", "second" + content)
            + "--xYz--\r\nepilogue"
        let bytes = Array(text.utf8)
        let whole = try read([bytes])
        #expect(whole.list.map(\.text) == [content, "second" + content])
        #expect(whole.isFinished && whole.list.allSatisfy(\.isEnded))
        for cut in 1..<bytes.count {
            #expect(try read([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole, "cut at \(cut)")
        }
        #expect(try read(bytes.map { [$0] }) == whole, "byte by byte")
        for first in stride(from: 1, to: bytes.count - 1, by: 3) {
            let second = min(first + 2, bytes.count - 1)
            let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
            #expect(try read(pieces) == whole, "cut at \(first) and \(second)")
        }
    }

    @Test("may have something before its first boundary, at every cut")
    func preamble() throws {
        let bytes = Array(("preamble\r\n--xY\r\n--xYz\r\n" + Self.part("a", "1") + "--xYz--").utf8)
        for cut in 0...bytes.count {
            #expect(try read([Array(bytes[..<cut]), Array(bytes[cut...])]).list.map(\.text) == ["1"], "cut at \(cut)")
        }
    }

    @Test("may have no parts at all")
    func empty() throws {
        #expect(try read("--xYz--\r\n") == Parts(list: [], isFinished: true))
    }

    @Test("shares the line end of an empty part's headers")
    func sharedLineEnd() throws {
        let text = "--xYz\r\nContent-Disposition: form-data; name=a\r\n\r\n--xYz--"
        #expect(try read(text).list == [.init(name: "a", filename: nil, text: "", isEnded: true)])
    }

    @Test("is refused when it breaks off anywhere")
    func truncated() throws {
        let bytes = Array(("--xYz\r\n" + Self.part("a", "1") + "--xYz--").utf8)
        for length in 0..<bytes.count {
            let fault = #expect(throws: Fault.self) { try read([Array(bytes[..<length])]) }
            #expect(fault?.code == "multipart-truncated", "after \(length) bytes")
        }
    }

    @Test(
        "is refused when malformed",
        arguments: [
            ("no boundary before this line\r\n" + String(repeating: "x", count: 9_000), "multipart-malformed"),
            ("--xYzz\r\n", "multipart-malformed"),
            ("--xYz\n", "multipart-malformed"),
            ("--xYz-x", "multipart-malformed"),
            ("--xYz \r\r\n", "multipart-malformed"),
            ("--xYz\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a\n\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a\rX: y\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a\r\n folded: b\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nno colon\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Type: a/b\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: attachment; name=a\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; filename=a\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a; filename=b; filename=c\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a; filename=\"b\u{0}\"\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a; filename=\"b\u{1}\"\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%00\r\n\r\n", "multipart-malformed"),
            ("--xYz\r\nContent-Disposition: form-data; name=\"a\r\n\r\n", "multipart-malformed"),
            (
                "--xYz\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n",
                "multipart-malformed"
            ),
            (
                "--xYz\r\nContent-Disposition: form-data; name=a\r\nContent-Type: Multipart/mixed; boundary=q\r\n\r\n",
                "multipart-nested"
            ),
            ("--xYz\r\nX: " + String(repeating: "x", count: 9_000), "multipart-malformed"),
        ])
    func malformed(_ text: String, _ code: String) {
        let fault = #expect(throws: Fault.self) { try read(text) }
        #expect(fault?.code == code)
        #expect(fault?.kind == .badRequest)
    }

    @Test("has at most so many parts and header lines")
    func limits() throws {
        var limits = MultipartLimits()
        limits.parts = 2
        limits.headers = 2
        let body: (Int) -> [UInt8] = {
            Array((String(repeating: "--xYz\r\n" + Self.part("a", ""), count: $0) + "--xYz--").utf8)
        }
        #expect(try read([body(2)], limits: limits).list.count == 2)
        let tooMany = #expect(throws: Fault.self) { try read([body(3)], limits: limits) }
        #expect(tooMany?.code == "multipart-too-many-parts")
        let lines = "--xYz\r\nA: 1\r\nB: 2\r\n" + Self.part("a", "") + "--xYz--"
        #expect(throws: Fault.self) { try read([Array(lines.utf8)], limits: limits) }
    }

    @Test(
        "names its files as they may be shown",
        arguments: [
            ("filename=\"cat.jpg\"", "cat.jpg"), ("filename=cat.jpg", "cat.jpg"), ("filename=\"ü 1.jpg\"", "ü 1.jpg"),
            ("filename=\"C:\\pictures\\cat.jpg\"", "cat.jpg"), ("filename=\"a/b/../cat.jpg\"", "cat.jpg"),
            ("filename=\"say \\\"hi\\\".jpg\"", "say \"hi\".jpg"), ("filename=\"\"", ""),
            ("filename*=UTF-8''caf%C3%A9.jpg", "café.jpg"),
            ("filename=plain.jpg; filename*=UTF-8''other.jpg", "other.jpg"),
            ("filename*=utf-8'en'caf%C3%A9.jpg; filename=plain.jpg", "café.jpg"),
            ("filename*=ISO-8859-1''caf%E9.jpg", "café.jpg"), ("filename*=\"UTF-8''a%20b.jpg\"", "a b.jpg"),
            ("filename*=windows-1251''%EA.jpg", "%EA.jpg"),
            ("filename=plain.jpg; filename*=UTF-8''%ZZ", "plain.jpg"),
            ("filename=plain.jpg; filename*=UTF-8''%FF", "plain.jpg"),
            ("filename=plain.jpg; filename*=UTF-8''a%00b", "plain.jpg"),
            ("filename=plain.jpg; filename*=x", "plain.jpg"),
            ("filename*=UTF-8''..%2F..%2Fetc%2Fcat.jpg", "cat.jpg"),
            ("filename=\"=?utf-8?B?5Lit5paHLnBuZw==?=\"", "中文.png"),
            ("filename==?utf-8?B?5Lit5paHLnBuZw==?=", "中文.png"),
            ("filename=\"=?UTF-8?b?5Lit5paHLnBuZw?=\"", "中文.png"),
            ("filename=\"=?utf-8?Q?caf=C3=A9_1.jpg?=\"", "café 1.jpg"),
            ("filename=\"=?ISO-8859-1?q?caf=e9.jpg?=\"", "café.jpg"),
            ("filename=\"=?US-ASCII*en?Q?cat.jpg?=\"", "cat.jpg"),
            ("filename=\"=?utf-8?B?5Lit5g==?= =?utf-8?B?locucG5n?=\"", "中文.png"),
            ("filename=\"=?utf-8?Q?a?= b =?iso-8859-1?Q?=E9?=\"", "a b é"),
            ("filename=\"=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?=\"", "aé"),
            ("filename=\"=?koi8-r?B?xg==?=.jpg\"", "=?koi8-r?B?xg==?=.jpg"),
            ("filename=\"=?utf-8?B?*?=.jpg\"", "=?utf-8?B?*?=.jpg"),
            ("filename=\"=?utf-8?Q?=FF?=\"", "=?utf-8?Q?=FF?="),
            ("filename=\"=?utf-8?Q?a%22b?=\"", "a%22b"),
            ("filename=\"=?utf-8?Q?..=2F..=2Fcat.jpg?=\"", "cat.jpg"), ("filename=\"=?utf-8?Q?a=0D=0Ab?=\"", "ab"),
            ("filename=\"say %22hi%22.jpg\"", "say \"hi\".jpg"), ("filename=\"two%0D%0Alines.jpg\"", "twolines.jpg"),
            ("filename=\"100%25.jpg\"", "100%25.jpg"), ("filename=\"50% off.jpg\"", "50% off.jpg"),
            ("filename=my photo (1).jpg", "my photo (1).jpg"), ("filename=中文.png", "中文.png"),
            ("filename=a=b?c.jpg ; x", "a=b?c.jpg"), ("filename=", ""),
            ("FILENAME=\"a.jpg\" ; x=y;", "a.jpg"), ("filename=\"%2541.jpg\"", "%2541.jpg"),
            ("filename*=UTF-8''%2541.jpg", "%41.jpg"),
        ])
    func filenames(_ parameter: String, _ expected: String) throws {
        let text = "--xYz\r\nContent-Disposition: form-data; name=\"f\"; \(parameter)\r\n\r\nx\r\n--xYz--"
        #expect(try read(text).list.first?.filename == expected)
    }

    @Test(
        "has exactly one boundary",
        arguments: [
            ("multipart/form-data; boundary=abc", nil),
            ("Multipart/Form-Data; charset=utf-8; Boundary=\"a b'c\"", nil),
            ("multipart/form-data;boundary=*****", nil), ("multipart/form-data; boundary=\"*****\"", nil),
            ("multipart/form-data; boundary=----=_Part_1_2.3", nil),
            ("multipart/form-data; boundary='()+_,-./:=?", nil), ("multipart/form-data; boundary=a b", nil),
            ("multipart/form-data; boundary=$%&!~{}|^@#<>[]*", nil), ("multipart/form-data; boundary=\"a;b,c\"", nil),
            ("  MULTIPART/FORM-DATA  ;;  boundary = abc ; ", nil), ("multipart/form-data; charset; boundary=abc", nil),
            ("multipart/form-data; boundary=abc; charset=utf-8; charset=latin1", nil),
            ("multipart/form-data; boundary=a; BOUNDARY=\"a\"", nil), ("multipart/form-data boundary=abc", nil),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 200), nil),
            ("multipart/form-data; boundary=" + String(repeating: "x", count: 201), "invalid-boundary"),
            ("multipart/form-data; boundary=a; boundary=b", "invalid-boundary"),
            ("multipart/form-data; boundary=\"\"", "invalid-boundary"),
            ("multipart/form-data; boundary=", "invalid-boundary"),
            ("multipart/form-data; boundary=\"a \"", "invalid-boundary"),
            ("multipart/form-data; boundary=\"a\\\\b\"", "invalid-boundary"),
            ("multipart/form-data; boundary=\"abc", "invalid-boundary"),
            ("multipart/form-data; boundary=\"a\"b", "invalid-boundary"),
            ("multipart/form-data; boundary=a\"b", "invalid-boundary"),
            ("multipart/form-data; boundary=ü", "invalid-boundary"),
            ("multipart/form-data, boundary=a", "invalid-boundary"),
            ("multipart/form-data", "invalid-boundary"),
            ("multipart/form-database; boundary=a", "not-multipart"),
            ("multipart/mixed; boundary=a", "not-multipart"),
            ("image/jpeg", "not-multipart"), ("", "not-multipart"),
        ] as [(String, String?)])
    func boundaries(_ type: String, _ code: String?) {
        do throws(Fault) {
            _ = try MultipartBoundary(["Content-Type": type])
            #expect(code == nil)
        } catch {
            #expect(error.code == code)
        }
    }

    @Test(
        "ends its parts at any boundary that it may have",
        arguments: ["*****", "----=_Part_1_2.3", "a b", "'()+_,-./:=?", "-", "--", String(repeating: "-x", count: 100)])
    func oddBoundaries(_ boundary: String) throws {
        let type = "multipart/form-data; boundary=\"\(boundary)\""
        let machine = MultipartMachine(boundary: try MultipartBoundary(["Content-Type": type]))
        let text = "pre\r\n--\(boundary) \t\r\n\(Self.part("a", "1\r\n--"))--\(boundary)--epilogue"
        for cut in 0...text.utf8.count {
            var machine = machine
            let actions =
                try machine.take(Array(text.utf8.prefix(cut))) + machine.take(Array(text.utf8.dropFirst(cut)))
            try machine.finish()
            #expect(actions.filter { $0 == .end || $0 == .finished } == [.end, .finished], "cut at \(cut)")
        }
    }

    @Test(
        "may say anything of a part's charset and encoding that leaves its bytes alone",
        arguments: [
            "Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: 8BIT", "Content-Transfer-Encoding: utf-8",
            "Content-Type: text/plain; charset=Shift_JIS", "Content-Type: text/plain;charset",
        ])
    func harmlessHeaders(_ line: String) throws {
        let text = "--xYz\r\n\(line)\r\n" + Self.part("a", "1") + "--xYz--"
        #expect(try read(text).list.map(\.text) == ["1"])
    }

    @Test("takes time in proportion to a file name of nothing but the begins of encoded words")
    func hostileName() throws {
        for piece in ["=?", "=?utf-8?Q?", "=?utf-8?B?QQ==?= ", "%22"] {
            let name = String(repeating: piece, count: 7_000 / piece.utf8.count)
            let start = ContinuousClock.now
            _ = try read("--xYz\r\nContent-Disposition: form-data; name=a; filename=\"\(name)\"\r\n\r\n\r\n--xYz--")
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }

    @Test("has exactly one type")
    func types() {
        #expect(throws: Fault.self) { try MultipartBoundary([:]) }
        #expect(throws: Fault.self) {
            try MultipartBoundary([
                "Content-Type": "multipart/form-data; boundary=a", "content-type": "multipart/form-data; boundary=b",
            ])
        }
    }
}

@Suite("A multipart reader")
struct MultipartReaderTests {
    private func reader(_ text: String, chunkSize: Int) throws -> MultipartReader {
        try MultipartReader(
            headers: ["Content-Type": "multipart/form-data; boundary=b"],
            body: RequestBody(bytes: Array(text.utf8), chunkSize: chunkSize))
    }

    private let form =
        "--b\r\nContent-Disposition: form-data; name=sessionId\r\n\r\ns-1\r\n"
        + "--b\r\nContent-Disposition: form-data; name=images; filename=cat.jpg\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\nBYTES\r\n--b--\r\n"

    @Test("reads fields and files in order", arguments: [1, 2, 3, 7, 50, 10_000])
    func order(_ chunkSize: Int) async throws {
        var seen: [String] = []
        for try await part in try reader(form, chunkSize: chunkSize) {
            let text = try await part.text()
            seen.append("\(part.name) \(part.filename ?? "-") \(part.contentType ?? "-") \(text)")
        }
        #expect(seen == ["sessionId - - s-1", "images cat.jpg image/jpeg JPEG\r\nBYTES"])
    }

    @Test("passes over what was not read", arguments: [1, 5, 10_000])
    func skipping(_ chunkSize: Int) async throws {
        var names: [String] = []
        var first: MultipartPart?
        for try await part in try reader(form, chunkSize: chunkSize) {
            names.append(part.name)
            if let first {
                #expect(try await first.bytes(limit: 10).isEmpty, "a part is over when the next one begins")
            }
            first = part
        }
        #expect(names == ["sessionId", "images"])
    }

    @Test("keeps to a part's limit")
    func limit() async throws {
        for try await part in try reader(form, chunkSize: 4) {
            let fault = await #expect(throws: Fault.self) { try await part.bytes(limit: 2) }
            #expect(fault?.kind == .tooLarge)
        }
    }

    @Test("refuses text that is not UTF-8")
    func notText() async throws {
        let bytes =
            Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8) + [0xFF] + Array("\r\n--b--".utf8)
        let reader = try MultipartReader(
            headers: ["Content-Type": "multipart/form-data; boundary=b"], body: RequestBody(bytes: bytes))
        for try await part in reader {
            let fault = await #expect(throws: Fault.self) { try await part.text() }
            #expect(fault?.code == "invalid-field")
        }
    }

    @Test("skips a part that is encoded, and refuses to read one", arguments: ["base64", "Quoted-Printable"])
    func encoded(_ encoding: String) async throws {
        let text =
            "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\nQQ==\r\n"
        for try await part in try reader(text + text + "--b--", chunkSize: 9) {
            let fault = await #expect(throws: Fault.self) { try await part.text() }
            #expect(fault?.code == "multipart-encoded" && fault?.kind == .badRequest)
        }
    }

    @Test("throws at the end when the closing boundary is missing")
    func truncated() async throws {
        let fault = await #expect(throws: Fault.self) {
            for try await part in try reader(String(form.dropLast(6)), chunkSize: 8) {
                _ = try await part.bytes(limit: 100)
            }
        }
        #expect(fault?.code == "multipart-truncated")
    }
}
