import AgBase
import Testing

@Suite("A value of JSON as a type")
struct JSONDecodingTests {
    private enum Colour: String, Decodable, CaseIterable { case red, green }

    private struct Inner: Decodable, Equatable {
        let name: String
        let sizes: [Int]
    }

    private struct Order: Decodable, Equatable {
        let id: Int64
        let share: Double?
        let flag: Bool?
        let colour: Colour?
        let inner: Inner?
        let list: [Inner]?
        let byName: [String: Int]?
        let small: UInt8?
    }

    private func order(_ text: String) throws -> Order { try JSONValue(json: text).decode() }

    @Test("reads what is there, and nothing where nothing or null is")
    func reads() throws {
        let full = try order(
            #"""
            {"id":9007199254740993,"share":0.25,"flag":true,"colour":"green","inner":{"name":"é","sizes":[1,2.0,3e0]},
             "list":[{"name":"","sizes":[]}],"byName":{"b":1,"a":2},"small":255,"other":[1]}
            """#)
        let inner = Inner(name: "é", sizes: [1, 2, 3])
        #expect(
            full
                == Order(
                    id: 9_007_199_254_740_993, share: 0.25, flag: true, colour: .green, inner: inner,
                    list: [Inner(name: "", sizes: [])], byName: ["a": 2, "b": 1], small: 255))
        let least = Order(
            id: 1, share: nil, flag: nil, colour: nil, inner: nil, list: nil, byName: nil, small: nil)
        #expect(try order(#"{"id":1}"#) == least)
        #expect(try order(#"{"id":1,"share":null,"inner":null,"list":null}"#) == least)
    }

    @Test(
        "says which part does not fit",
        arguments: [
            (#"{}"#, "id", "missing"), (#"{"id":null}"#, "id", "null"), (#"{"id":"1"}"#, "id", "type"),
            (#"{"id":1.5}"#, "id", "value"), (#"{"id":1e30}"#, "id", "value"), (#"{"id":true}"#, "id", "type"),
            (#"{"id":1,"small":256}"#, "small", "value"), (#"{"id":1,"small":-1}"#, "small", "value"),
            (#"{"id":1,"share":"x"}"#, "share", "type"), (#"{"id":1,"share":1e999}"#, "share", "value"),
            (#"{"id":1,"flag":1}"#, "flag", "type"), (#"{"id":1,"colour":"blue"}"#, "colour", "value"),
            (#"{"id":1,"inner":[]}"#, "inner", "type"), (#"{"id":1,"inner":{"name":"a"}}"#, "inner.sizes", "missing"),
            (#"{"id":1,"list":[{"name":"a","sizes":[1,"b"]}]}"#, "list.0.sizes.1", "type"),
            (#"{"id":1,"list":{}}"#, "list", "type"), ("[]", "", "type"), ("7", "", "type"), ("null", "", "null"),
        ])
    func refuses(_ text: String, _ path: String, _ kind: String) throws {
        let error = try #require(throws: DecodingError.self) { try order(text) }
        let (context, found) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "missing")
            case .valueNotFound(_, let context): (context.codingPath, "null")
            case .typeMismatch(_, let context): (context.codingPath, "type")
            case .dataCorrupted(let context): (context.codingPath, "value")
            @unknown default: ([], "unknown")
            }
        #expect(context.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") == path)
        #expect(found == kind)
    }
}
