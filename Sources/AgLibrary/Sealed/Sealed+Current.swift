import AgBase
import AgCrypto
import AgModel
import AgSQL
import AgWire

/// How long two looks at the rows may disagree before it is no race any more but a fault.
private let mostLooks = 8

extension Sealed {
    /// The picture that a subject means now, with its seal, which is made where there is none of these bytes.
    ///
    /// Key, token and bytes belong together, because the row says which bytes it sealed: one that does not fit what the image shows is
    /// passed over. Throws as `record` does.
    func current(_ subject: WireSubject) async throws -> SealedContent {
        if let known = cache.value(for: subject) { return known }
        for _ in 0..<mostLooks {
            let ticket = cache.ticket()
            guard let found = try await look(subject) else { continue }
            cache.keep(found, for: subject, ticket)
            return found
        }
        throw Fault(
            .unavailable, "image-is-changing", "The image changes faster than it can be sealed; try again.",
            retryAfter: .seconds(1))
    }

    /// `nil` when the image changed meanwhile.
    private func look(_ subject: WireSubject) async throws -> SealedContent? {
        try await delivery.unlessReplaced {
            let source = try await database.read(.lookUp) { [images = delivery.images] connection in
                try SealingSource.find(subject, images, in: connection)
            }
            let content = try await delivery.deliver(source).content
            if let row = source.seal, let seal = try await open(row) {
                return SealedContent(
                    image: source.image, token: row.token, seal: seal, format: source.format, bodyDigest: row.body,
                    content: content)
            }
            return try await seal(source, content)
        }
    }

    /// `nil` for a key that does not open: the picture itself is there, and gets another one.
    private func open(_ row: SealRow) async throws -> ContentSeal? {
        do {
            return try await keys.open { keyring in try row.seal(keyring) }
        } catch SealError.notAuthentic {
            log.warning("a damaged key of a sealed picture is replaced", ["image_id": row.image])
            return nil
        }
    }

    // MARK: Sealing for the first time

    private func seal(_ source: SealingSource, _ content: BlobContent) async throws -> SealedContent? {
        let made = try await sealAnew(source, content)
        let keyring = try await keys.keyring()
        do {
            let row = try await database.write { [images = delivery.images, time] tx in
                try record(made, source, keyring, images, at: time.now(), in: tx)
            }
            guard let row else { return nil }
            counts.add(.sealed)
            return SealedContent(
                image: source.image, token: row.token, seal: made.seal, format: source.format, bodyDigest: row.body,
                content: content)
        } catch is OtherMasterKey {
            try await keys.reload()
            return nil
        }
    }

    private struct Made: Sendable {
        let seal: ContentSeal
        let body: SHA256Digest
    }

    /// Seals all of the bytes under a key of their own, and holds them against their recorded hash: what is damaged on the disk is not
    /// vouched for.
    private func sealAnew(_ source: SealingSource, _ content: BlobContent) async throws -> Made {
        var sealer = ContentSealer()
        var plainHash = SHA256Hasher()
        var sealedHash = SHA256Hasher()
        sealedHash.update(SealedContent.update(&sealer, [source.format]))
        for start in stride(from: 0, to: content.byteCount, by: Int(SealedContent.step)) {
            let piece = try await content.bytes(start..<min(start + SealedContent.step, content.byteCount))
            plainHash.update(piece)
            sealedHash.update(SealedContent.update(&sealer, piece))
        }
        let seal = try sealer.finish()
        guard plainHash.finish() == source.sha256 else {
            throw Fault(
                .internal, "picture-changed",
                "The stored bytes of this picture are not those that were recorded; run `argentum verify --repair`.")
        }
        return Made(seal: seal, body: sealedHash.finish())
    }

    /// `nil` when the image shows other bytes now, or another one was faster: then the new key is never used.
    private func record(
        _ made: Made, _ source: SealingSource, _ keyring: Keyring, _ images: Images, at moment: Timestamp,
        in tx: any SQLTransaction
    ) throws -> SealRow? {
        let image = try Images.hold(source.image.id, in: tx)
        let now = try SealingSource.find(source.variant, of: image, images, in: tx)
        guard now.isSame(as: source), now.seal.map({ $0.token == source.seal?.token }) ?? true else { return nil }
        try InstallationKey.require(keyring.current.id, in: tx)
        let token = try SealRow.nextToken(of: image.id, at: moment, in: tx)
        let row = SealRow(
            image: image.id, variant: source.variant, token: token, source: source.sha256, recipe: source.recipe,
            wrapped: keyring.wrap(made.seal.key, of: SealRow.owner(image.id, source.variant, token)),
            nonce: made.seal.nonce, tag: made.seal.tag, body: made.body)
        try row.save(in: tx)
        // Whoever has the seal from before in memory looks again.
        tx.notify(.changed(image.original.id))
        return row
    }
}

extension Delivery {
    /// Opens the bytes of a source. Throws as `original` and `variant` do.
    fileprivate func deliver(_ source: SealingSource) async throws -> Delivered {
        guard let stored = source.stored else { return try await deliverOriginal(of: source.image) }
        return try await deliver(stored, of: source.image)
    }
}
