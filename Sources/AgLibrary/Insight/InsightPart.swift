import AgImaging
package import AgJobs

/// What is learnt of each original: placeholder, colours, what the file itself says.
package struct InsightPart: LibraryPart {
    package static let jobKinds: [JobKind] = [.generateMetadata]

    package let handlers: [any JobHandler]

    package init(on site: PartSite) {
        let ground = site.ground
        handlers = [
            MetadataJob(
                policy: site.policy(site.settings.codecs.probeTime), database: ground.database, blobs: ground.blobs,
                codecs: site.codecs, events: ground.events, time: ground.time)
        ]
    }
}
