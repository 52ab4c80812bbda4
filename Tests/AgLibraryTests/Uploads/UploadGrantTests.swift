import AgBase
import AgCrypto
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("A one-time upload", .timeLimit(.minutes(2)))
struct UploadGrantTests {
    let picture = PNGFile.drawn(20, 20)

    private func use(_ grant: UploadGrant, _ bytes: [UInt8], _ desk: LibraryDesk) async throws -> UploadOutcome {
        let upload = try await desk.accept(bytes)
        try desk.library.grants.check(upload, against: grant)
        let target = UploadTarget(sessionID: grant.sessionID, grant: grant.id)
        return try await desk.library.uploads.store([upload], at: target)[0]
    }

    @Test("works once")
    func once() async throws {
        try await LibraryDesk.with { desk in
            let made = try await desk.library.grants.make(UploadGrantRequest(sessionID: "s"))
            let found = try await desk.library.grants.grant(made.grant.id, secret: made.secret)
            let outcome = try await use(found, picture, desk)
            #expect(try await desk.library.images.details(outcome.image.id).sessions == ["s"])
            let again = await #expect(throws: Fault.self) {
                _ = try await desk.library.grants.grant(made.grant.id, secret: made.secret)
            }
            #expect(again?.code == "grant-used")
            // Whoever had found it before it was used comes too late at the transaction.
            let race = await #expect(throws: Fault.self) { _ = try await use(found, PNGFile.drawn(5, 5), desk) }
            #expect(race?.code == "grant-used")
            #expect(desk.pictureFiles.count == 1)
        }
    }

    @Test("may be under way twice and no more, and its places come back")
    func seats() async throws {
        try await LibraryDesk.with { desk in
            let grant = try await desk.library.grants.make(UploadGrantRequest()).grant
            let other = try await desk.library.grants.make(UploadGrantRequest()).grant
            let first = try desk.library.grants.seat(for: grant)
            do {
                let second = try desk.library.grants.seat(for: grant)
                let fault = #expect(throws: Fault.self) { _ = try desk.library.grants.seat(for: grant) }
                #expect(fault?.code == "grant-busy" && fault?.kind == .tooManyRequests)
                _ = try desk.library.grants.seat(for: other)
                withExtendedLifetime(second) {}
            }
            _ = try desk.library.grants.seat(for: grant)
            withExtendedLifetime(first) {}
        }
    }

    @Test("needs its own secret")
    func secret() async throws {
        try await LibraryDesk.with { desk in
            let made = try await desk.library.grants.make(UploadGrantRequest())
            for secret in ["", "x", made.secret + "x", String(made.secret.dropLast())] {
                let fault = await #expect(throws: Fault.self) {
                    _ = try await desk.library.grants.grant(made.grant.id, secret: secret)
                }
                #expect(fault?.kind == .notFound)
            }
        }
    }

    @Test("expires")
    func expiry() async throws {
        let clock = HandClock()
        try await LibraryDesk.with(clock: clock) { desk in
            let made = try await desk.library.grants.make(UploadGrantRequest(lives: .seconds(60)))
            clock.advance(.seconds(60))
            let fault = await #expect(throws: Fault.self) {
                _ = try await desk.library.grants.grant(made.grant.id, secret: made.secret)
            }
            #expect(fault?.code == "grant-expired")
        }
    }

    @Test("that expires while its bytes arrive is told so, not that it was used")
    func expiryMeanwhile() async throws {
        let clock = HandClock()
        try await LibraryDesk.with(clock: clock) { desk in
            let made = try await desk.library.grants.make(UploadGrantRequest(lives: .seconds(60)))
            let found = try await desk.library.grants.grant(made.grant.id, secret: made.secret)
            clock.advance(.seconds(61))
            let fault = await #expect(throws: Fault.self) { _ = try await use(found, picture, desk) }
            #expect(fault?.code == "grant-expired")
            #expect(desk.pictureFiles.isEmpty)
        }
    }

    @Test("holds the content to what was announced")
    func binding() async throws {
        try await LibraryDesk.with { desk in
            let other = UploadGrantRequest(sha256: SHA256Digest.of("another"))
            let hash = await #expect(throws: Fault.self) {
                _ = try await use(try await desk.library.grants.make(other).grant, picture, desk)
            }
            #expect(hash?.code == "hash-mismatch")
            let jpeg = UploadGrantRequest(contentType: "image/jpeg")
            let type = await #expect(throws: Fault.self) {
                _ = try await use(try await desk.library.grants.make(jpeg).grant, picture, desk)
            }
            #expect(type?.code == "type-mismatch")
            let right = UploadGrantRequest(contentType: "image/PNG", sha256: SHA256Digest.of(picture))
            let outcome = try await use(try await desk.library.grants.make(right).grant, picture, desk)
            #expect(outcome.isNew)
        }
    }
}
