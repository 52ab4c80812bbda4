package import AgBase
import AgBlobs
import AgCrypto
import AgJobs
package import AgModel
import AgSQL

/// Uploads to a grant that are sent in pieces, by the protocol of tus.io: each piece is on the disk, and known to every server on the
/// database, before it is confirmed. The last one is confirmed when the picture is in the library, so nothing is ever complete
/// and not stored.
package struct ResumableUploads: Sendable {
    let database: any Database
    let blobs: any BlobStore
    let uploads: Uploads
    let grants: UploadGrants
    let removals: BlobRemovals
    let nodes: Nodes?
    let time: any TimeSource
    let log: Log

    /// Throws `Fault` 404 when there is no such grant, or the secret is not its own.
    package func state(_ id: UploadGrantID, secret: String) async throws -> ResumableState {
        try await grants.look(id, secret: secret) { grant, isUsable, connection in
            try ResumableState(grant, isUsable: isUsable, in: connection)
        }
    }

    /// Announces how long the upload will be. What was sent before for this grant is given up.
    ///
    /// Throws `Fault`: 413 when that is more than the grant allows, and as `UploadGrants.grant` does.
    package func create(_ grant: UploadGrant, byteCount: Int64, filename: String?) async throws {
        guard byteCount <= grant.maxBytes else { throw UploadRefusal.tooLarge(limit: grant.maxBytes, isOwnLimit: true) }
        guard byteCount > 0 else { throw UploadRefusal.empty }
        let now = time.now()
        try await database.write { [grants, removals] tx in
            try grants.hold(grant.id, in: tx)
            try UploadPart.remove(of: grant.id, removals, at: now, in: tx)
            try tx.execute(
                """
                UPDATE upload_grants SET byte_count = \(byteCount), filename = COALESCE(filename, \(filename))
                WHERE id = \(grant.id)
                """)
        }
    }

    /// Opens a place for the piece at an offset, with room for no more than what is missing. Throws `Fault`: 409 `offset-differs`
    /// when that is not the end of what is there, 409 `not-created`, and as `Uploads.begin` does.
    package func begin(_ state: ResumableState, at offset: Int64) throws(Fault) -> IncomingUpload {
        guard let length = state.length else {
            throw Fault(
                .conflict, "not-created", "The length of this upload is not known yet; create it with Upload-Length.")
        }
        guard offset == state.offset else { throw Self.differs(offset, state.offset) }
        return try uploads.begin(filename: state.grant.filename, limit: length - offset, for: state.grant.caller)
    }

    /// Takes a piece. Returns the picture when it was the last one. Throws `Fault`: 409 `offset-differs` when another one came first,
    /// and as `Uploads.accept` and `Uploads.store` do for the last one; a picture that is refused is given up.
    package func append(
        _ piece: IncomingUpload, at offset: Int64, to state: ResumableState
    ) async throws -> UploadOutcome? {
        let end = offset + piece.byteCount
        guard let length = state.length, end < length else {
            return try await finish(piece, at: offset, state.grant)
        }
        if piece.byteCount > 0 { try await keep(piece, at: offset, state.grant) }
        return nil
    }

    /// Ends an upload before its time: the grant is gone, and all that was sent.
    package func end(_ grant: UploadGrant) async throws {
        let now = time.now()
        try await database.conclude { [removals] tx in
            try UploadPart.remove(of: grant.id, removals, at: now, in: tx)
            _ = try tx.execute("DELETE FROM upload_grants WHERE id = \(grant.id)")
        }
    }

    private static func differs(_ sent: Int64, _ there: Int64) -> Fault {
        Fault(
            .conflict, "offset-differs",
            "The piece begins at \(sent), and \(there) bytes are there; ask for Upload-Offset and go on from it.")
    }

    // MARK: Pieces

    private func keep(_ piece: IncomingUpload, at offset: Int64, _ grant: UploadGrant) async throws {
        _ = piece.file.finish()
        let part = UploadPart(
            start: offset, byteCount: piece.byteCount, path: .part(of: grant.id, at: offset))
        let staged = [StagedBlob(file: piece.file, path: part.path)]
        do {
            try await blobs.keep(staged)
        } catch let error as BlobError {
            throw error.fault
        }
        do {
            try await database.write { [grants, nodes] tx in
                try grants.hold(grant.id, in: tx)
                let there = try UploadPart.all(of: grant.id, in: tx).last?.end ?? 0
                guard there == offset else { throw Self.differs(offset, there) }
                try nodes?.hold(staged, in: tx)
                try part.insert(of: grant.id, in: tx)
            }
        } catch let error as SQLError where error.code == .io {
            // It may be committed all the same: recovery asks the rows.
            throw error
        } catch {
            await blobs.withdraw(staged)
            throw error
        }
        await blobs.settle(staged)
        await blobs.discard([piece.file])
    }

    private func finish(_ piece: IncomingUpload, at offset: Int64, _ grant: UploadGrant) async throws -> UploadOutcome {
        let accepted = try await grants.counting(grant) {
            do {
                let accepted = try await uploads.accept(try await whole(piece, at: offset, grant))
                try grants.check(accepted, against: grant)
                return accepted
            } catch let fault as Fault where fault.kind == .unprocessable {
                // No other last piece would make a picture of it.
                try await giveUp(grant)
                throw fault
            }
        }
        let target = UploadTarget(sessionID: grant.sessionID, grant: grant.id)
        let outcome = try await uploads.store([accepted], at: target)[0]
        await forgetParts(of: grant)
        return outcome
    }

    /// All pieces as one file; the last one itself when it is the only one.
    private func whole(_ last: IncomingUpload, at offset: Int64, _ grant: UploadGrant) async throws -> IncomingUpload {
        let parts = try await database.read(.lookUp) { try UploadPart.all(of: grant.id, in: $0) }
        let there = parts.last?.end ?? 0
        guard there == offset else { throw Self.differs(offset, there) }
        if parts.isEmpty { return last }
        let whole = try uploads.begin(filename: grant.filename, limit: grant.maxBytes, for: grant.caller)
        for part in parts {
            let content = try await blobs.open(part.path, byteCount: part.byteCount, readingUpTo: 0)
            try await content.send(0..<part.byteCount) { bytes in
                try bytes.withUnsafeBytes { try whole.append($0) }
            }
        }
        try append(last, to: whole)
        return whole
    }

    /// Blocks on the disk.
    private func append(_ last: IncomingUpload, to whole: IncomingUpload) throws {
        let file = try last.reopened()
        var position: Int64 = 0
        while position < last.byteCount {
            let bytes = try file.read(at: position, count: 1 << 20)
            if bytes.isEmpty {
                throw Fault(
                    .internal, "piece-changed", "The last piece became shorter while it was read; send it again.")
            }
            try bytes.withUnsafeBytes { try whole.append($0) }
            position += Int64(bytes.count)
        }
        last.file.discardUnlessNoted()
    }

    private func giveUp(_ grant: UploadGrant) async throws {
        let now = time.now()
        try await database.conclude { [removals] tx in
            try UploadPart.remove(of: grant.id, removals, at: now, in: tx)
            _ = try tx.execute("UPDATE upload_grants SET byte_count = NULL WHERE id = \(grant.id)")
        }
    }

    /// Its picture is stored; when this fails, `reap` does it.
    private func forgetParts(of grant: UploadGrant) async {
        let now = time.now()
        do {
            try await database.conclude { [removals] tx in
                try UploadPart.remove(of: grant.id, removals, at: now, in: tx)
            }
        } catch {
            log.warning(
                "the pieces of a finished upload are removed later", ["upload_id": grant.id, "error": "\(error)"])
        }
    }
}

extension ResumableUploads {
    private static let isLookedForEvery = Duration.seconds(60)

    /// Removes what was sent for grants that take no more, now and then, until cancelled.
    func keepReaping() async {
        while !Task.isCancelled {
            do {
                let count = try await reap()
                if count > 0 { log.info("pieces of ended uploads removed", ["uploads": count]) }
            } catch is CancellationError {
                return
            } catch {
                log.warning("pieces of ended uploads could not be removed", ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.isLookedForEvery)
        }
    }

    /// Returns of how many grants.
    func reap() async throws -> Int {
        let now = time.now()
        var count = 0
        while true {
            let ended: [UploadGrantID] = try await database.read { connection in
                try connection.all(
                    """
                    SELECT DISTINCT p.grant_id FROM upload_parts p JOIN upload_grants g ON g.id = p.grant_id
                    WHERE g.expires_at <= \(now) OR g.used_at IS NOT NULL LIMIT 100
                    """
                ) { UploadGrantID(trusted: try $0[0]) }
            }
            if ended.isEmpty { return count }
            for grant in ended {
                try await database.conclude { [removals] tx in
                    try UploadPart.remove(of: grant, removals, at: now, in: tx)
                }
            }
            count += ended.count
        }
    }
}
