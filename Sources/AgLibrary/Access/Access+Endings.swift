import AgBase
import AgCrypto
package import AgModel
import AgSQL

/// How power ends: in memory first, which cannot fail, then in the database.
extension Access {
    /// Ends a token, its sessions and all that is under way with it: at once in this process, whatever the disk does.
    ///
    /// Throws `Fault`: 404 when there is no such token; 507 or 503 `revocation-not-stored` when its row could not be deleted.
    /// The token is refused then all the same until this process ends, and `run` tries the deletion again.
    package func revokeToken(_ id: TokenID) async throws {
        try await Authority.current?.reassert()
        // Whoever revokes their own token has no authority left for the deletion.
        let isOwn = Authority.current?.credential.origin == .token(id)
        let isFirst = denials.deny(id)
        announceEnding()
        let existed = try await Authority.$current.withValue(isOwn ? nil : Authority.current) {
            try await delete(id, isFirst: isFirst)
        }
        settle(id)
        guard existed else { throw Self.noSuchToken }
    }

    private func delete(_ id: TokenID, isFirst: Bool) async throws -> Bool {
        do {
            return try await tokens.delete(id)
        } catch let fault as Fault where fault.kind == .unauthorized {
            if isFirst { denials.lift(id) }
            throw fault
        } catch {
            // Reading goes on when there is no room: a token that never was is still none.
            if let isThere = try? await tokens.exists(id), !isThere { return false }
            notices.sendToOthers(.denied(token: id))
            throw notStored("The token is refused by this server from now on", error)
        }
    }

    /// Ends a session, as `revokeToken` does a token.
    package func signOut(_ cookie: String) async throws {
        guard try await credential(session: cookie) != nil else { return }
        let digest = SHA256Digest.of(cookie)
        let hashes = sessions.hashes(of: cookie)
        denials.deny(session: digest, hashes: hashes)
        announceEnding()
        do {
            // Giving up one's own power needs none.
            try await Authority.$current.withValue(nil) { try await sessions.delete(hashes: hashes) }
            settle(session: digest)
        } catch {
            notices.sendToOthers(.denied(session: digest, hashes))
            throw notStored("The session is ended on this server", error)
        }
    }

    private func notStored(_ truth: String, _ error: any Error) -> Fault {
        let reason = error as? Fault ?? (error as? any TellsFault)?.fault ?? .internalError(cause: error)
        return Fault(
            reason.kind, "revocation-not-stored",
            "\(truth), but that could not be stored and would be forgotten at a restart. It is tried again until it "
                + "works. \(reason.message)",
            isRetryable: true, retryAfter: reason.retryAfter, cause: error)
    }

    func announceEnding() {
        forget()
        endings.ring()
    }

    private func forget() {
        tokens.forget()
        sessions.forget()
    }

    /// The row is gone, and with it the need for the denial. Forgets before it lifts: a look-up that read the row before the
    /// deletion and asks for denials after this finds its ticket too old.
    private func settle(_ id: TokenID) {
        forget()
        denials.lift(id)
    }

    private func settle(session digest: SHA256Digest) {
        forget()
        denials.lift(session: digest)
    }

    // MARK: Who waits for an end

    /// Grows with each token that was revoked and each session that was ended here: whoever holds a long answer open
    /// looks at it to know when to ask again who is listening.
    package var endingCount: Int { endings.count }

    /// Returns when `endingCount` is another one than `seen`, when the time is over, or when the task is cancelled.
    package func waitForEnding(beyond seen: Int, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.endings.wait(beyond: seen) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Authority

    /// What a call rests on whose proof was just found good.
    package func authority(_ proof: Authority.Proof, _ credential: Credential) -> Authority {
        Authority(proof, credential, self)
    }

    /// In a transaction: whether the proof is still good.
    func holds(_ authority: Authority, in connection: any SQLConnection) throws -> Bool {
        switch (authority.proof, authority.credential.origin) {
        case (.session(let secret), _): try sessions.find(secret, in: connection) != nil
        case (.token, .token(let id)): try tokens.holds(id, in: connection)
        // It ends with the process.
        case (.token, .fixedToken): true
        }
    }

    // MARK: Work of its own

    /// Works until cancelled, and once more then: writes when tokens were used, and what could not be revoked in the
    /// database. Half a dozen uses in a second are one write.
    package func run(every pause: Duration = .seconds(1)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            await writeWhatWaits()
        }
        await writeWhatWaits()
    }

    /// One round of `run`.
    package func writeWhatWaits() async {
        await tokens.writeUses()
        let denied = denials.all
        if denied.isEmpty { return }
        do {
            for id in denied.tokens {
                _ = try await tokens.delete(id)
                settle(id)
            }
            for (digest, hashes) in denied.sessions {
                try await sessions.delete(hashes: hashes)
                settle(session: digest)
            }
            log.info(
                "revocations stored that could not be before", ["count": denied.tokens.count + denied.sessions.count])
        } catch {
            log.debug("revocations could not be stored yet", ["error": "\(error)"])
        }
    }

    /// Whether a token was revoked here, though its row may still be there.
    package func isDenied(_ id: TokenID) -> Bool { denials.covers(.token(id)) }
}
