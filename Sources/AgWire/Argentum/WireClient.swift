package import AgCrypto

/// Which version of the wire a client asks for, by the header `x-argentum-wire`.
package enum WireVersion: Sendable, Hashable {
    case pixstore
    case argentum
    /// To be answered with `WireState.unknownVersion`.
    case unknown

    package init(header: String?) {
        switch header {
        case nil: self = .pixstore
        case "1": self = .argentum
        default: self = .unknown
        }
    }
}

/// What a client of Argentum's own wire believes, and in which order it looks: genuine, of the right picture, not older than seen, and
/// the right ciphertext. No network and no disk.
package struct WireClient: Sendable {
    /// The newest that a client has seen of one subject. To be kept beside its cache.
    package struct Seen: Sendable, Hashable {
        package let token: WireToken
        /// Of the newest answer.
        package let signedAt: Int64

        package init(token: WireToken, signedAt: Int64) {
            self.token = token
            self.signedAt = signedAt
        }
    }

    package enum Answer: Sendable {
        /// What the client has is still right.
        case current(Seen)
        /// The ciphertext from `bodyOffset` on is right, and may be kept together with the head, which holds no key in clear.
        case picture(WireHead, ContentSeal, bodyOffset: Int, Seen)
        /// The server says no. What the client has stays.
        case failure(WireState)
    }

    package let server: VerifyingKey
    package let subject: WireSubject
    package let recordKey: SecretBytes

    /// - Parameter server: The key that the client knows, not one that came with an answer.
    package init(server: VerifyingKey, subject: WireSubject, recordKey: SecretBytes) {
        self.server = server
        self.subject = subject
        self.recordKey = recordKey
    }

    /// Judges a whole answer. Throws `WireError` and `WireRefusal`.
    package func judge(_ bytes: [UInt8], seen: Seen?) throws -> Answer {
        let (frame, bodyOffset) = try WireFrame.read(bytes)
        switch frame {
        case .failure(let state): return .failure(state)
        case .current(let current): return .current(try judge(current, seen))
        case .full(let head):
            try judge(head, seen)
            let seal = try check(bytes.span.bytes.extracting(droppingFirst: bodyOffset), against: head)
            let signedAt = max(head.signedAt, seen?.signedAt ?? 0)
            return .picture(head, seal, bodyOffset: bodyOffset, Seen(token: head.token, signedAt: signedAt))
        }
    }

    /// Checks a ciphertext, fetched or from a cache, against a head that was judged. Throws `bodyDiffers` and `notGenuine`.
    package func check(_ body: RawSpan, against head: WireHead) throws(WireRefusal) -> ContentSeal {
        guard Int64(body.byteCount) == head.bodyLength, SHA256Digest.of([UInt8](copying: body)) == head.bodyDigest
        else {
            throw .bodyDiffers
        }
        return try head.seal(of: subject, recordKey: recordKey)
    }

    private func judge(_ head: WireHead, _ seen: Seen?) throws(WireRefusal) {
        try head.verify(server, for: subject)
        guard let seen, head.token < seen.token else { return }
        throw .olderThanSeen(token: head.token.number, seen: seen.token.number)
    }

    /// An answer from before the newest one may be a replay that hides a change.
    private func judge(_ current: WireCurrent, _ seen: Seen?) throws(WireRefusal) -> Seen {
        try current.verify(server, for: subject)
        guard let seen, current.token == seen.token, current.signedAt >= seen.signedAt else {
            throw .olderThanSeen(token: current.token.number, seen: seen?.token.number ?? 0)
        }
        return Seen(token: current.token, signedAt: current.signedAt)
    }
}
