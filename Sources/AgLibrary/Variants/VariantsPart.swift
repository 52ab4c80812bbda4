import AgBase
package import AgBlobs
import AgImaging
package import AgJobs
package import AgModel
package import AgSQL

/// The thumbnail and the variants of each original.
package struct VariantsPart: LibraryPart {
    package static let migrations = LibrarySchema.variants
    package static let jobKinds: [JobKind] = [.generateVariants]

    package let handlers: [any JobHandler]
    private let ground: LibraryGround

    package init(on site: PartSite) {
        ground = site.ground
        handlers = [
            VariantsJob(
                policy: site.policy(site.settings.codecs.renderTime), database: ground.database, blobs: ground.blobs,
                codecs: site.codecs, events: ground.events, removals: ground.removals, nodes: site.nodes,
                time: ground.time)
        ]
    }

    package static var references: [FileReference.Source] { [Variant.references] }

    package static func refers(to path: BlobPath, in connection: any SQLConnection) throws -> Bool {
        try Variant.refers(to: path, in: connection)
    }

    package static func blobs(of original: OriginalID, in connection: any SQLConnection) throws -> [BlobPath] {
        try Variant.all(of: original, in: connection).compactMap(\.path)
    }

    package var upkeep: [Upkeep] { [{ await queueOldRecipes() }, { await queueOldForms() }] }

    private func queueOldRecipes() async {
        do {
            let count = try await RecipeUpkeep(database: ground.database, queue: ground.queue).run()
            if count > 0 { ground.log.info("pictures of an older recipe queued", ["count": count]) }
        } catch is CancellationError {
        } catch {
            ground.log.warning("pictures of an older recipe could not be queued", ["error": "\(error)"])
        }
    }

    private func queueOldForms() async {
        do {
            let count = try await FormUpkeep(database: ground.database, queue: ground.queue).run()
            if count > 0 { ground.log.info("graphics of an older encoding queued", ["count": count]) }
        } catch is CancellationError {
        } catch {
            ground.log.warning("graphics of an older encoding could not be queued", ["error": "\(error)"])
        }
    }
}

extension PartSite {
    /// For jobs that work with a codec.
    ///
    /// More jobs of a kind than codecs would only wait for each other with their leases running. An attempt ends well
    /// behind what its codec is allowed: the codec knows whether the picture or the machine is to blame.
    func policy(_ allowance: Allowance) -> JobPolicy {
        JobPolicy(
            timeout: allowance.wall * 4 + .seconds(60), concurrency: settings.codecs.codecs,
            backOffBase: settings.backOffBase)
    }
}
