package import AgBase
import AgCrypto
import AgModel
import AgSQL
package import AgWire

/// The door to sealed pictures: records for clients that may have a picture, and its ciphertext for those that show a record's proof.
package struct Sealed: Sendable {
    let database: any Database
    let delivery: Delivery
    let keys: SealingKeys
    let cache: SealedCache
    let time: any TimeSource
    let log: Log
    package let counts = SealedCounts()

    /// The names of what can be fetched sealed beside the original.
    package static let variants = VariantName.required.map(\.description)

    /// What a client needs to fetch and open a picture.
    ///
    /// Throws `Fault`: 404 for an unknown image, 410 when its bytes were lost, and those of the master key; and `NotReady` while the
    /// variant is being made.
    ///
    /// - Parameters:
    ///   - name: an image's id, or its alias.
    ///   - variant: one of `variants`; `nil` for the original.
    package func record(of name: String, variant: String?) async throws -> WireRecord {
        let id = ImageID(untrusted: name)?.text ?? name
        guard let subject = WireSubject(id: id, variant: variant ?? "") else {
            throw Fault(.notFound, "no-such-image", "There is no image '\(name.excerpt(80))'.")
        }
        let sealed = try await current(subject)
        let wire = try await keys.wire()
        let proof = wire.proofs.proof(for: subject.recordID, milliseconds: time.now().milliseconds)
        counts.add(.record)
        return WireRecord(
            record: PixstoreRecord(id: subject.recordID, token: sealed.token, seal: sealed.seal, proof: proof),
            recordKey: wire.recordKeys.key(of: subject), head: head(of: sealed, subject, wire),
            server: wire.signing.verifyingKey)
    }

    /// The answer to a client's question. What goes wrong on our side is an answer too, and written in the log.
    package func answer(_ question: PixstoreRequest, _ version: WireVersion) async -> SealedAnswer {
        if version == .unknown { return SealedAnswer(.unknownVersion) }
        do {
            // Where no key was ever made no proof can be good, and a stranger shall not be the reason to make one.
            let wire = try await keys.wireIfMade()
            let now = time.now().milliseconds
            let refusal = question.refusal { proof, id in
                wire?.proofs.isValid(proof, for: id, milliseconds: now) ?? false
            }
            if let refusal { return failure(refusal, version) }
            guard let wire, let subject = WireSubject(recordID: question.id) else { return failure(.notFound, version) }
            return try await answer(subject, question, version, wire)
        } catch let fault as Fault where fault.kind == .notFound {
            return failure(.notFound, version)
        } catch let notReady as NotReady {
            return failure(.internalError, version, retryAfter: notReady.retryAfter)
        } catch {
            log.warning("a sealed picture could not be sent", ["error": "\(error)"])
            return failure(.internalError, version)
        }
    }

    private func answer(
        _ subject: WireSubject, _ question: PixstoreRequest, _ version: WireVersion, _ wire: WireKeys
    ) async throws -> SealedAnswer {
        let sealed = try await current(subject)
        let state = question.state(current: sealed.token)
        counts.add(state == .success ? .current : .full)
        switch (version, state) {
        case (.argentum, .success):
            let current = WireCurrent(
                of: subject, token: sealed.token, milliseconds: time.now().milliseconds, signingKey: wire.signing)
            return SealedAnswer(BlobContent(WireFrame.current(current).head))
        case (.argentum, _):
            return SealedAnswer(try await sealed.answer(WireFrame.full(head(of: sealed, subject, wire)).head))
        case (_, .success): return SealedAnswer(try await sealed.answer(PixstorePayload.success.head))
        case (_, _):
            let payload = PixstorePayload.updated(sealed.token, sealed.seal)
            return SealedAnswer(try await sealed.answer(payload.head))
        }
    }

    private func failure(
        _ state: PixstoreState, _ version: WireVersion, retryAfter: Duration? = nil
    ) -> SealedAnswer {
        counts.add(SealedCounts.Outcome(state))
        // The numbers of failures are the same on both wires.
        guard version == .argentum, let own = WireState(rawValue: state.rawValue) else {
            return SealedAnswer(BlobContent(PixstorePayload.failure(state).head), retryAfter: retryAfter)
        }
        return SealedAnswer(own, retryAfter: retryAfter)
    }

    private func head(of sealed: SealedContent, _ subject: WireSubject, _ wire: WireKeys) -> WireHead {
        WireHead(
            of: subject, token: sealed.token, milliseconds: time.now().milliseconds, seal: sealed.seal,
            bodyLength: sealed.bodyLength, bodyDigest: sealed.bodyDigest, recordKey: wire.recordKeys.key(of: subject),
            signingKey: wire.signing)
    }
}

/// What is sent for a question, always with status 200.
package struct SealedAnswer: Sendable {
    package let content: BlobContent
    /// When the same question may have a better answer.
    package let retryAfter: Duration?

    init(_ content: BlobContent, retryAfter: Duration? = nil) {
        self.content = content
        self.retryAfter = retryAfter
    }

    init(_ state: WireState, retryAfter: Duration? = nil) {
        self.init(BlobContent(WireFrame.failure(state).head), retryAfter: retryAfter)
    }
}
