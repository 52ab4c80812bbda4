package import AgBase
package import AgModel
import AgPatterns

/// The name of an item, which its owner chose: any text that can stand in an address.
package struct ItemUUID: Hashable, Sendable, CustomStringConvertible {
    /// In bytes.
    private static let longest = 128

    package let text: String

    /// `nil` for what is no such name: empty, too long, or with control characters.
    package init?(_ text: String) {
        guard 1...Self.longest ~= text.utf8.count, !VisibleText.hasControls(text) else { return nil }
        self.text = text
    }

    init(trusted text: String) {
        self.text = text
    }

    package static func make() -> ItemUUID { ItemUUID(trusted: UUIDv7.shared.next()) }

    package var description: String { text }
}

/// An item as its owner wrote it: a JSON object of any members, which are kept as they are and in their order, and those of them that
/// mean something here.
package struct ItemDocument: Sendable {
    /// Of the JSON text.
    package static let mostBytes = 1 << 20
    private static let mostTags = 200

    package let uuid: ItemUUID
    package let json: JSONValue
    /// The JSON text, as it is stored and sent.
    package let text: String
    package let name: String
    /// The catalogue's number; `numistaId` counts where there is no `catalogId`.
    package let catalogID: String?
    package let catalogURLs: Sides<String?>
    package let ignoresRules: Sides<Bool>
    package let tags: [String]
    let notes: String

    /// Reads an item. Throws `Fault` 422 with a code that says what is wrong.
    ///
    /// - Parameter uuid: what the item must be called; without it, what it says or, where it says nothing, a new name. A name that
    ///   the item lacks becomes its first member.
    package init(_ json: JSONValue, uuid: ItemUUID? = nil) throws(Fault) {
        guard let members = json.members else {
            throw Self.refuse("not-an-object", "An item must be a JSON object.")
        }
        let reader = ItemReader(json)
        let own = try reader.uuid()
        if let uuid, let own, uuid != own {
            throw Self.refuse("uuid-mismatch", "The item says that it is \(own), and the address says \(uuid).")
        }
        let name = own ?? uuid ?? .make()
        let others = own == nil ? members.filter { !$0.isNamed("uuid") } : members
        let whole: JSONValue =
            own == nil ? .object([.init(name: "uuid", value: .string(name.text))] + others) : json
        self.uuid = name
        self.json = whole
        text = whole.text
        guard text.utf8.count <= Self.mostBytes else {
            throw Self.refuse(
                "item-too-large",
                "The item \(name) has \(text.utf8.count) bytes of JSON; at most \(Self.mostBytes) are taken.")
        }
        self.name = try reader.name()
        catalogID = try reader.catalogID()
        catalogURLs = Sides(
            obverse: try reader.text("obverseImageUrl"), reverse: try reader.text("reverseImageUrl"))
        ignoresRules = try reader.ignoresRules()
        tags = try reader.tags(most: Self.mostTags)
        notes = json["notes"]?.string ?? ""
    }

    fileprivate static func refuse(_ code: String, _ sentence: String, _ member: String = "") -> Fault {
        Fault(
            .unprocessable, code, sentence,
            details: member.isEmpty ? [] : [Fault.Detail(subject: member, code: code, detail: sentence)])
    }
}

/// Reads the members that mean something.
private struct ItemReader {
    private let json: JSONValue

    init(_ json: JSONValue) {
        self.json = json
    }

    /// `nil` for a member that is missing or null.
    private func member(_ name: String) -> JSONValue? {
        let value = json[name]
        return value == .null ? nil : value
    }

    func uuid() throws(Fault) -> ItemUUID? {
        guard let value = member("uuid") else { return nil }
        guard let uuid = value.string.flatMap({ ItemUUID($0) }) else {
            throw ItemDocument.refuse(
                "bad-uuid", "`uuid` must be a text of 1 to 128 bytes without control characters.", "uuid")
        }
        return uuid
    }

    func name() throws(Fault) -> String {
        let name = try text("name") ?? ""
        guard name.utf16.count <= PatternText.mostUnits else {
            throw ItemDocument.refuse(
                "name-too-long",
                "`name` has \(name.utf16.count) characters; at most \(PatternText.mostUnits) are taken.",
                "name")
        }
        return name
    }

    func text(_ name: String) throws(Fault) -> String? {
        guard let value = member(name) else { return nil }
        guard let text = value.string else { throw wrong(name, "a text or null") }
        return text
    }

    /// A number is as good as its digits.
    func catalogID() throws(Fault) -> String? {
        for name in ["catalogId", "numistaId"] {
            guard let value = member(name) else { continue }
            guard let text = value.string ?? value.int.map({ String($0) }) else {
                throw wrong(name, "a text or a number")
            }
            if !text.isEmpty { return text }
        }
        return nil
    }

    /// For both sides, or an object with one for each.
    func ignoresRules() throws(Fault) -> Sides<Bool> {
        let name = "ignorePatternImages"
        guard let value = member(name) else { return Sides(both: false) }
        if let both = value.bool { return Sides(both: both) }
        guard value.members != nil else { throw wrong(name, "true, false, or an object with obverse and reverse") }
        var sides = Sides(both: false)
        for side in ItemSide.allCases {
            guard let flag = value[side.rawValue], flag != .null else { continue }
            guard let bool = flag.bool else { throw wrong("\(name).\(side.rawValue)", "true or false") }
            sides[side] = bool
        }
        return sides
    }

    func tags(most: Int) throws(Fault) -> [String] {
        guard let value = member("tags") else { return [] }
        guard let items = value.array, items.count <= most, items.allSatisfy({ $0.string != nil }) else {
            throw wrong("tags", "an array of at most \(most) texts")
        }
        return items.compactMap(\.string)
    }

    private func wrong(_ name: String, _ wanted: String) -> Fault {
        ItemDocument.refuse("bad-member", "`\(name)` must be \(wanted).", name)
    }
}
