package import AgBase
import AgJobs
package import AgSQL

/// Pictures sealed on their way out, their keys and their other names.
package struct SealedPart: LibraryPart {
    package static let migrations = SealedSchema.migrations

    package let sealed: Sealed

    package init(on site: PartSite) {
        let ground = site.ground
        sealed = Sealed(
            database: ground.database, delivery: site[DeliveryPart.self].delivery,
            keys: Self.keys(site.settings, ground), cache: SealedCache(hearing: ground.database.notices),
            time: ground.time, log: ground.log)
    }

    /// A worker seals nothing.
    package static func admit(_ settings: LibrarySettings, _ ground: LibraryGround) async throws {
        if settings.role == .server { try await keys(settings, ground).check() }
    }

    private static func keys(_ settings: LibrarySettings, _ ground: LibraryGround) -> SealingKeys {
        SealingKeys(settings.masterKeyPlace, database: ground.database, window: settings.sealing.proofWindow)
    }

    // MARK: Settings

    package static let settings =
        keyRows + [
            SettingRow(
                "proof-window", .duration(.seconds(1)...(.seconds(86_400))), \.sealing.proofWindow,
                help: "How long the proof in a sealed picture's record holds at least; at most twice as long.")
        ]

    /// Where the master key comes from: `argentum keys` reads these too.
    package static let keyRows: [SettingRow<LibrarySettings>] = [
        secret(
            "master-key",
            help:
                "The key that wraps the keys of sealed pictures, 64 hexadecimal digits. Without it: master.key in the data directory, made at first use."
        ) { $0.key = $1 },
        secret(
            "next-master-key",
            help:
                "The one that `argentum keys rotate` changes to, where master-key is given; servers know both meanwhile."
        ) { place, value in
            guard place.key != nil else {
                throw SettingsProblem([
                    "ARGENTUM_NEXT_MASTER_KEY goes with ARGENTUM_MASTER_KEY; a key in a file is changed by `argentum keys rotate` alone."
                ])
            }
            place.nextKey = value
        },
        secret("master-passphrase", help: "Locks master.key, when it is made, and opens it.") { place, value in
            guard place.key == nil else {
                throw SettingsProblem([
                    "ARGENTUM_MASTER_PASSPHRASE opens master.key in the data directory, and ARGENTUM_MASTER_KEY is in its place: give one of them."
                ])
            }
            place.passphrase = value
        },
    ]

    private static func secret(
        _ name: String, help: String, land: @escaping @Sendable (inout MasterKeySettings, Secret) throws -> Void
    ) -> SettingRow<LibrarySettings> {
        SettingRow(SettingDefinition(name, .text, help: help, isSecret: true)) { (text: String, settings) in
            try land(&settings.sealing.masterKey, Secret(text))
        }
    }

    // MARK: Metrics

    package func metrics() -> [MetricFamily] {
        [
            MetricFamily(
                "argentum_sealed_pictures_total", .counter,
                "Records handed out; questions for sealed pictures by their answer; pictures sealed under a key of their own (sealed).",
                SealedCounts.Outcome.allCases.map {
                    MetricSample(Double(sealed.counts[$0]), ["outcome": $0.rawValue])
                })
        ]
    }
}

/// What sealed pictures can be set to.
package struct SealedSettings: SubjectSettings {
    /// Where the key comes from that wraps the keys of sealed pictures.
    package var masterKey = MasterKeySettings()
    /// How long the proof of a record holds at least; twice that at most.
    package var proofWindow = Duration.seconds(20)

    package init() {}
}

extension LibrarySettings {
    package var sealing: SealedSettings {
        get { self[SealedSettings.self] }
        set { self[SealedSettings.self] = newValue }
    }

    var masterKeyPlace: MasterKeyPlace { MasterKeyPlace(sealing.masterKey, folder: dataFolder) }
}

extension Library {
    package var sealed: Sealed { self[SealedPart.self].sealed }
}

extension LibraryGround {
    /// Makes a new master key and wraps the keys of all sealed pictures again; see `KeyRotation`.
    package static func rotateMasterKey(_ settings: LibrarySettings) async throws -> KeyRotation.Outcome {
        let settings = settings.resolved()
        let database = try await settings.database.open()
        do {
            try await refuseOlder(database, settings.parts.migrations)
            let outcome = try await KeyRotation(database, settings.masterKeyPlace).run()
            await database.close()
            return outcome
        } catch {
            await database.close()
            throw error
        }
    }
}
