import AgBase
import AgHTTP
import AgModel

@testable import AgServer

/// `Last-Event-ID` on the first line, the query of the event stream on the second, `Accept` on the third.
package enum EventIDFuzz: FuzzTarget {
    package static let name = "event-id"

    package static func run(_ input: [UInt8]) throws {
        let lines = lines(of: input)
        let query = lines.count > 1 ? lines[1] : ""
        let headers = HTTPHeaders([.init(name: "Last-Event-ID", value: lines[0])])
        if lines.count > 2 { _ = AcceptedFormat.of(Array(lines[2...])) }
        guard let request = try? HTTPRequest(method: .get, target: "/?\(query)", headers: headers, id: "-") else {
            return
        }
        if let start = try? EventStart.read(request) {
            try promise(start >= 0, "begins at \(start)")
            try promise(lines[0].isEmpty || isSame("\(start)", canonical(lines[0])), "\(lines[0]) became \(start)")
        }
        try check(QueryReader(request))
    }

    private static func canonical(_ digits: String) -> String {
        let short = digits.utf8.drop { $0 == 48 }
        return short.isEmpty ? "0" : String(decoding: Array(short), as: UTF8.self)
    }

    private static func check(_ query: QueryReader) throws {
        if let limit = try? query.int("limit", in: 1...200, default: 50) {
            try promise(1...200 ~= limit, "a limit of \(limit)")
        }
        if let id = try? query.id("imageId", ImageID.self) {
            try promise(id.text.utf8.count == 36, "an id of \(id.text.utf8.count) bytes")
        }
        if let types = try? query.words("types", of: ["job", "image"]) {
            try promise(types.allSatisfy(["job", "image"].contains), "\(types)")
        }
        _ = try? query.flag("download")
        _ = try? query.word("format", of: ["webp", "avif"])
    }
}
