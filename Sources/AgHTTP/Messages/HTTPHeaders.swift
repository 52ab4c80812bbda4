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
