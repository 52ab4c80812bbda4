import AgBase
import AgCrypto
import AgModel
import AgSQL
import AgWire

/// Replaces the master key and wraps all keys again under the new one. No picture is touched, and servers may run: they wrap with the
/// new key from the moment it is named, and read it when they first meet it.
///
/// What is interrupted goes on where it was when it is begun again: the new key stays beside the old one until nothing is wrapped
/// under that.
package struct KeyRotation: Sendable {
    private let database: any Database
    private let place: MasterKeyPlace
    /// Rows in one transaction: short enough that uploads get between two.
    private let page: Int

    package struct Outcome: Sendable {
        /// The id of the new master key.
        package let key: String
        package let rewrapped: Int
        /// Keys that did not open, and were dropped: their pictures are sealed anew when they are asked for.
        package let dropped: Int
    }

    init(_ database: any Database, _ place: MasterKeyPlace, page: Int = 500) {
        self.database = database
        self.place = place
        self.page = page
    }

    /// Throws `Fault`: 404 `no-master-key` where none was ever made, and those of a missing or wrong key.
    package func run(progress: @Sendable (Int) -> Void = { _ in }) async throws -> Outcome {
        let keyring = try await begin()
        var tally = Tally()
        while let done = try await step(keyring) {
            tally.add(done)
            progress(tally.rewrapped)
            try Task.checkCancellation()
        }
        try await MasterKeyPlace.pool.run { [place] in try place.settle() }
        return Outcome(key: "\(keyring.current.id)", rewrapped: tally.rewrapped, dropped: tally.dropped)
    }

    /// Names the new key, which is on the disk by then. One that is named already belongs to an interrupted rotation.
    private func begin() async throws -> Keyring {
        let known = try await database.read(.lookUp) { try InstallationKey.find(in: $0) }
        guard let known else {
            throw Fault(
                .notFound, "no-master-key",
                "No master key was made yet, because no picture was ever sealed; there is nothing to rotate.")
        }
        let keys = try await MasterKeyPlace.pool.run { [place] in try place.keys() }
        guard keys.contains(where: { $0.id == known }) else {
            throw keys.first.map { MasterKeyTrouble.wrong($0.id, known) } ?? MasterKeyTrouble.missing(known)
        }
        let next = try await MasterKeyPlace.pool.run { [place] in try place.makeNext() }
        if next.id != known { try await database.write { try InstallationKey.replace(by: next.id, in: $0) } }
        return Keyring(current: next, earlier: keys.filter { $0.id != next.id })
    }

    private struct Tally: Sendable {
        var rewrapped = 0
        var dropped = 0

        mutating func add(_ other: Tally) {
            rewrapped += other.rewrapped
            dropped += other.dropped
        }
    }

    /// `nil` when nothing is left: read while the named key is locked, as it is by every writer that wraps a key.
    private func step(_ keyring: Keyring) async throws -> Tally? {
        try await database.write { [page] tx in
            guard try InstallationKey.hold(in: tx) == keyring.current.id else {
                throw Fault(.conflict, "other-rotation", "Another rotation of the master key has begun meanwhile.")
            }
            let secrets = try Self.rewrapSecrets(keyring, in: tx)
            let old: String? = try tx.value(
                "SELECT master_key FROM sealed_keys WHERE master_key <> \(keyring.current.id.description) LIMIT 1")
            guard let old else { return secrets > 0 ? Tally(rewrapped: secrets) : nil }
            var tally = Tally(rewrapped: secrets)
            let rows = try tx.all(
                """
                SELECT image_id, variant, token, wrapped FROM sealed_keys WHERE master_key = \(old)
                ORDER BY image_id, variant LIMIT \(page)
                """
            ) { try KeyRow($0) }
            for row in rows { tally.add(try row.rewrap(keyring, in: tx) ? Tally(rewrapped: 1) : Tally(dropped: 1)) }
            return tally
        }
    }

    private static func rewrapSecrets(_ keyring: Keyring, in tx: any SQLTransaction) throws -> Int {
        var count = 0
        for name in WrappedSecret.Name.allCases {
            guard let new = try WrappedSecret.find(name, in: tx)?.rewrapped(keyring) else { continue }
            try tx.execute(
                """
                UPDATE sealed_secrets SET wrapped = \(new.bytes), master_key = \(new.masterKeyID.description)
                WHERE name = \(name.rawValue)
                """)
            count += 1
        }
        return count
    }
}

/// A picture's key as a rotation sees it.
private struct KeyRow {
    let image: ImageID
    let variant: String
    let token: Int64
    let wrapped: [UInt8]

    init(_ row: Row) throws {
        image = ImageID(trusted: try row[0])
        variant = try row[1]
        token = try row[2]
        wrapped = try row[3]
    }

    /// False when the key did not open; then the row is gone. A master key that is not at hand is no reason to drop anything.
    func rewrap(_ keyring: Keyring, in tx: any SQLTransaction) throws -> Bool {
        guard let new = try rewrapped(keyring) else {
            try tx.execute("DELETE FROM sealed_keys WHERE image_id = \(image) AND variant = \(variant)")
            return false
        }
        try tx.execute(
            """
            UPDATE sealed_keys SET wrapped = \(new.bytes), master_key = \(new.masterKeyID.description)
            WHERE image_id = \(image) AND variant = \(variant)
            """)
        return true
    }

    private func rewrapped(_ keyring: Keyring) throws -> WrappedKey? {
        guard let token = WireToken(token) else { return nil }
        let owner = SealRow.owner(image, variant, token)
        do throws(SealError) {
            return keyring.wrap(try keyring.unwrap(try WrappedKey(wrapped), of: owner), of: owner)
        } catch {
            if case .unknownMasterKey(let id) = error { throw MasterKeyTrouble.missing(id) }
            return nil
        }
    }
}
