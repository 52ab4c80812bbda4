package import AgSQL

/// Tokens, sign-in links and the page's sessions.
package struct AccessPart: LibraryPart {
    package static let migrations = AccessSchema.migrations

    package let access: Access

    package init(on site: PartSite) {
        let ground = site.ground
        access = Access(
            database: ground.database, time: ground.time, log: ground.log, fixedToken: site.settings.fixedToken)
    }

    package var upkeep: [Upkeep] { [{ await access.run() }] }
}

extension Library {
    package var access: Access { self[AccessPart.self].access }
}
