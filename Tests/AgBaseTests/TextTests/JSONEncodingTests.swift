import AgBase
import Testing

@Suite("A type as the text of JSON")
struct JSONEncodingTests {
    private struct Inner: Codable, Equatable {
        var name: String
        var sizes: [Int]
    }

    private struct Outer: Codable, Equatable {
        var id: Int64
        var share: Double?
        var flag: Bool
        var inner: Inner?
        var lists: [[Inner]]
        var byName: [String: UInt8]
    }

    @Test("stands there in the order of its members, without blanks, and is read as what it was")
    func writes() throws {
        let inner = Inner(name: "a\"b\n", sizes: [1, 2])
        let value = Outer(
            id: .min, share: 0.1, flag: true, inner: inner, lists: [[], [inner, inner]], byName: ["b": 255])
        let text = try JSONText.of(value)
        let innerText = #"{"name":"a\"b\n","sizes":[1,2]}"#
        #expect(
            text == #"{"id":-9223372036854775808,"share":0.1,"flag":true,"inner":\#(innerText),"#
                + #""lists":[[],[\#(innerText),\#(innerText)]],"byName":{"b":255}}"#)
        #expect(try JSONValue(json: text).decode(Outer.self) == value)
    }

    @Test("leaves out what is nil, and has no way to write infinity")
    func nothing() throws {
        let value = Outer(id: 1, share: nil, flag: false, inner: nil, lists: [], byName: [:])
        #expect(try JSONText.of(value) == #"{"id":1,"flag":false,"lists":[],"byName":{}}"#)
        #expect(try JSONText.of([Double.infinity, .nan, -0.5]) == "[null,null,-0.5]")
        #expect(try JSONText.of([String?.none, "x"]) == #"[null,"x"]"#)
    }

    @Test("may be a single value")
    func single() throws {
        #expect(try JSONText.of("é\u{0}\u{7F}") == #""é\u0000\u007f""#)
        #expect(try JSONText.of(UInt64.max) == "18446744073709551615")
        #expect(try JSONText.of(true) == "true")
        #expect(try JSONText.of(Int?.none) == "null")
    }

    private struct Empty: Encodable {}

    private struct Silent: Encodable {
        func encode(to encoder: any Encoder) {}
    }

    @Test("is an empty object when it has nothing to say")
    func empty() throws {
        #expect(try JSONText.of(Empty()) == "{}")
        #expect(try JSONText.of([Silent(), Silent()]) == "[{},{}]")
        #expect(try JSONText.of(["a": Silent()]) == #"{"a":{}}"#)
    }

    private enum Key: String, CodingKey { case a, b, c, d, e, f, `super` }

    /// Opens its containers in every way that there is, and more than one for the same value.
    private struct Manifold: Encodable {
        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            try members.encode(1, forKey: .a)
            var nested = members.nestedContainer(keyedBy: Key.self, forKey: .b)
            try nested.encodeNil(forKey: .a)
            var list = nested.nestedUnkeyedContainer(forKey: .b)
            try list.encode(2)
            var inList = list.nestedContainer(keyedBy: Key.self)
            try inList.encode("x", forKey: .a)
            var listInList = list.nestedUnkeyedContainer()
            try listInList.encode(true)
            try list.encode(list.count)
            try Inner(name: "l", sizes: []).encode(to: list.superEncoder())
            try members.encode(3, forKey: .c)
            var again = encoder.container(keyedBy: Key.self)
            try again.encode(4, forKey: .d)
            try Inner(name: "s", sizes: []).encode(to: members.superEncoder(forKey: .e))
            try members.encode(5, forKey: .f)
        }
    }

    @Test("ends each container where the next thing begins")
    func containers() throws {
        #expect(
            try JSONText.of(Manifold())
                == #"{"a":1,"b":{"a":null,"b":[2,{"a":"x"},[true],3,{"name":"l","sizes":[]}]},"c":3,"d":4,"#
                + #""e":{"name":"s","sizes":[]},"f":5}"#)
    }

    private class Base: Encodable {
        let a = 1
    }

    private final class Derived: Base {
        override func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            try members.encode(2, forKey: .b)
            try super.encode(to: members.superEncoder())
            try members.encode(3, forKey: .c)
        }
    }

    @Test("has a superclass's members among its own")
    func superclass() throws {
        #expect(try JSONText.of([Derived()]) == #"[{"b":2,"a":1,"c":3}]"#)
    }

    private struct Deep: Encodable {
        let depth: Int

        func encode(to encoder: any Encoder) throws {
            var list = encoder.unkeyedContainer()
            if depth > 0 { try list.encode(Deep(depth: depth - 1)) }
        }
    }

    @Test("may be nested as deep as it likes")
    func deep() throws {
        #expect(
            try JSONText.of(Deep(depth: 200)) == String(repeating: "[", count: 201) + String(repeating: "]", count: 201)
        )
    }
}
