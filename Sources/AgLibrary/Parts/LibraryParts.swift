import AgBlobs
package import AgJobs
package import AgModel
package import AgSQL

/// The subjects of the product. A new one is entered here, below those that it needs, and its routes in `ServerParts.all`.
package enum LibraryParts {
    package static let all: [any LibraryPart.Type] = [
        JobsPart.self, AccessPart.self, ImagesPart.self, UploadsPart.self, VariantsPart.self, InsightPart.self,
        DeliveryPart.self, RendersPart.self, SealedPart.self, CollectionPart.self, UpkeepPart.self,
    ]
}

extension [any LibraryPart.Type] {
    /// All steps of the schema.
    package var migrations: [Migration] { flatMap { $0.migrations } }
    package var jobKinds: [JobKind] { flatMap { $0.jobKinds } }
    package var eventTypes: [EventType] { flatMap { $0.eventTypes } }
    package var imageUses: [any ImageUse] { flatMap { $0.imageUses } }

    var references: [FileReference.Source] { flatMap { $0.references } }

    /// The files of all that is derived from an original.
    func blobs(of original: OriginalID, in connection: any SQLConnection) throws -> [BlobPath] {
        try flatMap { try $0.blobs(of: original, in: connection) }
    }

    /// Whether a row of any part refers to this blob.
    func refer(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try contains { try $0.refers(to: path, in: connection) }
    }
}
