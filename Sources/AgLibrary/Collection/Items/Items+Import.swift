package import AgBase
import AgModel
import AgSQL

extension Items {
    package enum ImportOutcome: Sendable, Equatable {
        case added
        case changed
        case unchanged
        case refused(code: String, detail: String)

        package var word: String {
            switch self {
            case .added: "added"
            case .changed: "changed"
            case .unchanged: "unchanged"
            case .refused: "refused"
            }
        }
    }

    /// Of one element of an array, with the name that it has now; `nil` where it is none.
    package struct Imported: Sendable, Equatable {
        package let uuid: ItemUUID?
        package let outcome: ImportOutcome
    }

    /// A transaction holds so many, so that other writers get their turn.
    private static let atOnce = 1_000
    package static let mostImported = 200_000

    /// Takes an inventory in: every item whole or not at all, with an outcome for each in the order of the array. An item that is there
    /// becomes what the array says; items that the array lacks stay.
    ///
    /// A failure of the database ends it: what was taken until then stays, and the same call again goes on.
    package func importAll(_ items: [JSONValue]) async throws -> [Imported] {
        guard items.count <= Self.mostImported else {
            throw Fault(
                .unprocessable, "too-many-items",
                "The array has \(items.count) items; at most \(Self.mostImported) are taken in one call.")
        }
        var seen: Set<ItemUUID> = []
        var outcomes: [Imported] = []
        for batch in ItemChange.batches(items, of: Self.atOnce) {
            let read = batch.map { Self.read($0, &seen) }
            let taken = try await store(read.compactMap { try? $0.get() })
            outcomes += read.map { result in
                switch result {
                case .success(let document):
                    Imported(uuid: document.uuid, outcome: taken[document.uuid] ?? .unchanged)
                case .failure(let refusal): Imported(uuid: refusal.uuid, outcome: refusal.outcome)
                }
            }
        }
        return outcomes
    }

    private struct Refusal: Error {
        let uuid: ItemUUID?
        let outcome: ImportOutcome
    }

    private static func read(_ json: JSONValue, _ seen: inout Set<ItemUUID>) -> Result<ItemDocument, Refusal> {
        do throws(Fault) {
            let document = try ItemDocument(json)
            guard seen.insert(document.uuid).inserted else {
                throw Fault(
                    .unprocessable, "duplicate-uuid", "The array has an item \(document.uuid) before this one.")
            }
            return .success(document)
        } catch {
            return .failure(
                Refusal(
                    uuid: json["uuid"]?.string.flatMap { ItemUUID($0) },
                    outcome: .refused(code: error.code, detail: error.message)))
        }
    }

    private func store(_ documents: [ItemDocument]) async throws -> [ItemUUID: ImportOutcome] {
        guard !documents.isEmpty else { return [:] }
        return try await database.write { [self] tx in
            let rows = try ItemRow.hold(documents.map(\.uuid), in: tx)
            var outcomes: [ItemUUID: ImportOutcome] = [:]
            var new: [ItemChange] = []
            for document in documents {
                guard let row = rows[document.uuid.text] else {
                    new.append(ItemChange(document, after: nil, at: time.now()))
                    continue
                }
                outcomes[document.uuid] = try update(row, to: document, in: tx)
            }
            try ItemChange.insert(new, in: tx)
            for change in new {
                events.append(.created, change.document.uuid, change.revision, in: tx)
                outcomes[change.document.uuid] = .added
            }
            return outcomes
        }
    }

    private func update(
        _ row: ItemRow, to document: ItemDocument, in tx: any SQLTransaction
    ) throws -> ImportOutcome {
        guard row.content != document.text else { return .unchanged }
        let change = ItemChange(document, after: row, at: time.now())
        try change.update(row, in: tx)
        events.append(.changed, document.uuid, change.revision, in: tx)
        return .changed
    }
}
