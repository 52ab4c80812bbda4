/// The header fields of a message, in order; names are compared without regard to case.
package struct HTTPHeaders: Sendable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private enum Storage: Sendable {
        case fields([Field])
        /// As received: nothing is made into a `String` before it is asked for.
        case block(HeaderBlock)
    }

    private var storage: Storage

    package init(_ fields: [Field] = []) {
        storage = .fields(fields)
    }

    init(_ block: HeaderBlock) {
        storage = .block(block)
    }

    package var fields: [Field] {
        switch storage {
        case .fields(let fields): fields
        case .block(let block): block.fields
        }
    }

    /// The first value of that name; setting replaces all of them, setting `nil` removes them.
    package subscript(_ name: String) -> String? {
        get {
            switch storage {
            case .fields(let fields): fields.first { ASCIICase.isEqual($0.name, name) }?.value
            case .block(let block): block.values(name, atMost: 1).first
            }
        }
        set {
            storage = .fields(fields.filter { !ASCIICase.isEqual($0.name, name) })
            if let newValue { add(name, newValue) }
        }
    }

    /// Every value of that name, in the order they were sent.
    package func all(_ name: String) -> [String] {
        switch storage {
        case .fields(let fields): fields.filter { ASCIICase.isEqual($0.name, name) }.map(\.value)
        case .block(let block): block.values(name, atMost: .max)
        }
    }

    package func contains(_ name: String) -> Bool {
        switch storage {
        case .fields(let fields): fields.contains { ASCIICase.isEqual($0.name, name) }
        case .block(let block): block.contains(name)
        }
    }

    /// Whether one of these names is there.
    package func contains(any names: KnownNames) -> Bool {
        switch storage {
        case .fields(let fields):
            names.each.contains { name in fields.contains { ASCIICase.isEqual($0.name, name.text) } }
        case .block(let block): block.contains(any: names)
        }
    }

    /// Whether one of these names is there more than once.
    package func repeats(any names: KnownNames) -> Bool {
        switch storage {
        case .fields: names.each.contains { all($0.text).count > 1 }
        case .block(let block): block.repeats(any: names)
        }
    }

    /// Lends the first value of a name for one call; returns whether there is one.
    ///
    /// Without a generic result: code for any would not be specialised for callers in other modules, and each request asks.
    @discardableResult
    package func withFirst(_ name: KnownNames, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
        switch storage {
        case .fields:
            guard var value = self[name.text] else { return false }
            value.withUTF8 { unsafe body(UnsafeRawBufferPointer($0)) }
            return true
        case .block(let block): return unsafe block.withFirst(name, body) != nil
        }
    }

    /// The first value of a name.
    package func first(_ name: KnownNames) -> String? {
        var text: String?
        unsafe withFirst(name) { unsafe text = String(decoding: $0, as: UTF8.self) }
        return text
    }

    package mutating func set(_ name: String, _ value: String) {
        self[name] = value
    }

    /// Adds a field beside those of the same name. Control characters become spaces, so that no value can start a new line.
    package mutating func add(_ name: String, _ value: String) {
        precondition(HTTPToken.isToken(name), "'\(name)' cannot be a header name")
        append(Field(name: name, value: HTTPToken.withoutControls(value)))
    }

    /// Adds what is not there yet by its name.
    package mutating func addMissing(_ others: HTTPHeaders) {
        for field in others.fields where !contains(field.name) { append(field) }
    }

    /// In place: copying the list for each field would cost more than all the rest of an answer.
    private mutating func append(_ field: Field) {
        var all = fields
        storage = .fields([])
        all.append(field)
        storage = .fields(all)
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }
}
