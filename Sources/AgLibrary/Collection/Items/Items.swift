package import AgBase
import AgJobs
import AgModel
import AgSQL

/// The door to items: one at a time, as whole documents, with a revision that lets two writers notice each other.
package struct Items: Sendable {
    let database: any Database
    let events: EventLog
    let time: any TimeSource

    /// An item's JSON text and the revision that its entity tag is made of.
    package struct Stored: Sendable, Equatable {
        package let uuid: ItemUUID
        package let text: String
        package let revision: Int64

        init(_ uuid: ItemUUID, _ text: String, _ revision: Int64) {
            self.uuid = uuid
            self.text = text
            self.revision = revision
        }
    }

    /// What a write asks of what is there. It is asked again in the transaction that writes.
    package typealias Condition = @Sendable (_ revision: Int64?) throws -> Void

    /// Throws `Fault` 404 `no-such-item`.
    package func item(_ uuid: ItemUUID) async throws -> Stored {
        try await database.read(.lookUp) { connection in
            guard let row = try ItemRow.find(uuid, in: connection) else { throw Self.unknown(uuid) }
            return Stored(uuid, row.content, row.revision)
        }
    }

    /// Makes an item. Throws `Fault` 409 `item-exists`.
    package func create(_ document: ItemDocument) async throws -> Stored {
        try await database.write { [self] tx in
            guard try ItemRow.hold(document.uuid, in: tx) == nil else {
                throw Fault(.conflict, "item-exists", "There is an item \(document.uuid) already.")
            }
            return try make(document, in: tx)
        }
    }

    /// Makes an item what the document says, or makes it. Returns whether it is new.
    package func put(
        _ document: ItemDocument, _ condition: @escaping Condition = { _ in }
    ) async throws -> (item: Stored, isNew: Bool) {
        try await database.write { [self] tx in
            let row = try ItemRow.hold(document.uuid, in: tx)
            try condition(row?.revision)
            guard let row else { return (try make(document, in: tx), true) }
            return (try change(row, to: document, in: tx), false)
        }
    }

    /// Merges some members into an item (RFC 7396): null takes one away, those that are there keep their places. Throws `Fault` 404.
    package func merge(
        _ patch: JSONValue, into uuid: ItemUUID, _ condition: @escaping Condition = { _ in }
    ) async throws -> Stored {
        guard patch.members != nil else {
            throw Fault(.unprocessable, "not-an-object", "A merge patch of an item must be a JSON object.")
        }
        return try await database.write { [self] tx in
            guard let row = try ItemRow.hold(uuid, in: tx) else { throw Self.unknown(uuid) }
            try condition(row.revision)
            let merged = try JSONValue(json: row.content).merged(with: patch)
            return try change(row, to: try ItemDocument(merged, uuid: uuid), in: tx)
        }
    }

    /// Deletes an item and the links to its photos; the images stay in the library. Throws `Fault` 404.
    package func delete(_ uuid: ItemUUID, _ condition: @escaping Condition = { _ in }) async throws {
        try await database.write { [self] tx in
            guard let row = try ItemRow.hold(uuid, in: tx) else { throw Self.unknown(uuid) }
            try condition(row.revision)
            try tx.execute("DELETE FROM item_photos WHERE item_uuid = \(uuid.text)")
            try row.delete(in: tx)
            events.append(.deleted, uuid, nil, in: tx)
        }
    }

    private func make(_ document: ItemDocument, in tx: any SQLTransaction) throws -> Stored {
        let change = ItemChange(document, after: nil, at: time.now())
        try ItemChange.insert([change], in: tx)
        events.append(.created, document.uuid, change.revision, in: tx)
        return Stored(document.uuid, document.text, change.revision)
    }

    private func change(_ row: ItemRow, to document: ItemDocument, in tx: any SQLTransaction) throws -> Stored {
        guard row.content != document.text else { return Stored(document.uuid, row.content, row.revision) }
        let change = ItemChange(document, after: row, at: time.now())
        try change.update(row, in: tx)
        events.append(.changed, document.uuid, change.revision, in: tx)
        return Stored(document.uuid, document.text, change.revision)
    }

    package static func unknown(_ uuid: ItemUUID) -> Fault {
        Fault(.notFound, "no-such-item", "There is no item \(uuid.text.excerpt()).")
    }
}

extension EventLog {
    /// What happened to an item.
    enum ItemNews: String {
        case created
        case changed
        case deleted
        case photos
    }

    func append(_ news: ItemNews, _ uuid: ItemUUID, _ revision: Int64?, in tx: any SQLTransaction) {
        let data: JSONValue = [
            "uuid": .string(uuid.text), "change": .string(news.rawValue),
            "revision": revision.map { .int($0) } ?? .null,
        ]
        append(.itemUpdated, about: EventSubject(.item, uuid.text), data: data.text, in: tx)
    }
}

extension JSONValue {
    /// RFC 7396, with the order of the members that are there already.
    func merged(with patch: JSONValue) -> JSONValue {
        guard let changes = patch.members else { return patch }
        var members = self.members ?? []
        for change in changes {
            let index = members.firstIndex { $0.isNamed(change.name) }
            if change.value == .null {
                if let index { members.remove(at: index) }
                continue
            }
            let value = (index.map { members[$0].value } ?? .null).merged(with: change.value)
            let member = Member(name: change.name, value: value)
            if let index { members[index] = member } else { members.append(member) }
        }
        return .object(members)
    }
}
