package import AgBase
import AgBlobs
package import AgSQL

/// What the library does by itself for all subjects: removals, recovery, room on the disk, and whether all of it works.
package struct UpkeepPart: LibraryPart {
    package static let migrations = LibrarySchema.state

    private let ground: LibraryGround
    private let recovery: Recovery
    let groundChecks: GroundChecks

    package init(on site: PartSite) {
        ground = site.ground
        recovery = Recovery(ground: site.ground, nodes: site.nodes)
        groundChecks = GroundChecks(ground: site.ground, codecs: site.codecs)
    }

    package var upkeep: [Upkeep] {
        [
            { await ground.removals.run() }, { await recovery.keepRunning() },
            { await ground.ballast?.run() },
        ]
    }

    package var checks: [ReadinessCheck] {
        [
            ReadinessCheck("database") { try await groundChecks.database() },
            ReadinessCheck("storage") { try await groundChecks.storage() },
            ReadinessCheck("codecs") { try await groundChecks.picture() },
        ]
    }

    package func metrics() -> [MetricFamily] {
        [
            .gauge(
                "argentum_database_waiting_writes", "Writes that wait for the next commit.",
                Double(ground.database.waitingWrites))
        ]
    }
}
