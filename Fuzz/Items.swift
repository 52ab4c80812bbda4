import AgBase

@testable import AgLibrary

/// Items as strangers send them, and the changes that are merged into them: a line each.
package enum ItemsFuzz: FuzzTarget {
    package static let name = "items"

    package static func run(_ input: [UInt8]) throws {
        let values = lines(of: input).prefix(4).compactMap { try? JSONValue(json: $0) }
        for value in values {
            guard let item = try? ItemDocument(value) else { continue }
            let again = try? ItemDocument(try JSONValue(json: item.text))
            try promise(
                again?.text == item.text && again?.uuid == item.uuid, "\(item.text) became \(again?.text ?? "nothing")")
            let terms = ItemTerms.terms(of: item)
            try promise(ItemTerms.list(ItemTerms.text(terms)) == terms, "the terms of \(item.text) are not kept")
        }
        guard values.count > 1 else { return }
        let merged = values[0].merged(with: values[1])
        try promise(merged.merged(with: values[1]) == merged, "a merge of \(values[1].text) twice is another than once")
    }
}
