import AgBase
import AgCrypto
import AgImaging
import AgModel
import AgTesting
import Testing

@testable import AgLibrary

@Suite("A one-time upload", .everyEngine, .timeLimit(.minutes(2)))
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

    private func refusal(_ desk: LibraryDesk, _ grant: UploadGrant, _ secret: String) async -> String? {
        do {
            _ = try await desk.library.grants.grant(grant.id, secret: secret)
            return nil
        } catch {
            return (error as? Fault)?.code
        }
    }

    @Test(
        "ends after ten bodies whose look used up a codec's time or ended its process",
        arguments: [
            CodecError.Code.stalled, .crashed,
        ])
    func exhaustedByLooks(_ code: CodecError.Code) async throws {
        try await LibraryDesk.with { desk in
            let grants = desk.library.grants
            let made = try await grants.make(UploadGrantRequest())
            // These say nothing of the body.
            for code in [CodecError.Code.busy, .unavailable] {
                let fault = UploadRefusal.notAcceptable(CodecError(code, ""))
                await #expect(throws: Fault.self) { try await grants.counting(made.grant) { throw fault } }
            }
            let fault = UploadRefusal.notAcceptable(CodecError(code, ""))
            #expect(fault.kind == .unavailable)
            for _ in 0..<10 {
                #expect(await refusal(desk, made.grant, made.secret) == nil)
                await #expect(throws: Fault.self) { try await grants.counting(made.grant) { throw fault } }
            }
            #expect(await refusal(desk, made.grant, made.secret) == "grant-exhausted")
        }
    }

    @Test("ends after ten bodies that were refused, also after a restart, and not by what breaks off")
    func exhausted() async throws {
        let folder = TemporaryFolder()
        let made = try await LibraryDesk.with(folder: folder) { desk in
            let grants = desk.library.grants
            let made = try await grants.make(UploadGrantRequest())
            let refused = Fault(.unprocessable, "not-a-picture", "")
            for fault in [refused, Fault(.tooLarge, "file-too-large", "")] + Array(repeating: refused, count: 7) {
                await #expect(throws: Fault.self) { try await grants.counting(made.grant) { throw fault } }
            }
            for fault in [
                Fault(.unavailable, "codec-unavailable", ""), Fault(.insufficientStorage, "storage-full", ""),
            ] {
                await #expect(throws: Fault.self) { try await grants.counting(made.grant) { throw fault } }
            }
            await #expect(throws: CancellationError.self) {
                try await grants.counting(made.grant) { throw CancellationError() }
            }
            #expect(await refusal(desk, made.grant, made.secret) == nil)
            await #expect(throws: Fault.self) { try await grants.counting(made.grant) { throw refused } }
            return made
        }
        try await LibraryDesk.with(folder: folder) { desk in
            #expect(await refusal(desk, made.grant, made.secret) == "grant-exhausted")
            // One that was under way meanwhile comes too late.
            let fault = await #expect(throws: Fault.self) { _ = try await use(made.grant, picture, desk) }
            #expect(fault?.code == "grant-exhausted" && fault?.kind == .gone)
            #expect(desk.pictureFiles.isEmpty)
        }
    }

    /// Ways in which what made a grant ends.
    enum End: String, CaseIterable {
        case revoked, expired, signedOut, sessionOver, tokenOfSession, fixedTokenChanged, fixedTokenGone
        case fixedSignedOut, fixedChangedUnderSession
    }

    @Test("ends with what made it, before it is begun and before it is stored", arguments: End.allCases)
    func maker(_ end: End) async throws {
        let folder = TemporaryFolder()
        let clock = HandClock()
        let fixedText = "fixed-token-of-the-first-run"
        let fixed = Secret(fixedText)
        let isFixed = end.rawValue.hasPrefix("fixed")
        let made = try await LibraryDesk.with(folder: folder, clock: clock, fixedToken: isFixed ? fixed : nil) { desk in
            let access = desk.library.access
            let token = try await access.createToken(name: "t", scope: .admin, expiresIn: .seconds(600))
            var session: String?
            switch end {
            case .signedOut, .sessionOver, .tokenOfSession: session = try await access.signIn(token: token.text)
            case .fixedSignedOut, .fixedChangedUnderSession:
                session = try await access.signIn(token: fixedText)
            default: break
            }
            let request = UploadGrantRequest(lives: .seconds(3_600))
            let origin: Credential.Origin = isFixed ? .fixedToken : .token(token.token.id)
            let made = try await desk.library.grants.make(request, by: origin, session: session)
            #expect(await refusal(desk, made.grant, made.secret) == nil)
            switch end {
            case .revoked, .tokenOfSession: try await access.revokeToken(token.token.id)
            case .expired, .sessionOver: clock.advance(.seconds(601))
            case .signedOut, .fixedSignedOut: try await access.signOut(session ?? "")
            case .fixedTokenChanged, .fixedTokenGone, .fixedChangedUnderSession: break
            }
            return made
        }
        let next: Secret? =
            switch end {
            case .fixedTokenGone: nil
            case .fixedSignedOut: fixed
            default: isFixed ? Secret("fixed-token-of-the-second-run") : nil
            }
        try await LibraryDesk.with(folder: folder, clock: clock, fixedToken: next) { desk in
            #expect(await refusal(desk, made.grant, made.secret) == "grant-revoked")
            let fault = await #expect(throws: Fault.self) { _ = try await use(made.grant, picture, desk) }
            #expect(fault?.code == "grant-revoked")
            #expect(desk.pictureFiles.isEmpty && desk.temporaryFiles.isEmpty)
        }
    }

    @Test("goes on while its maker does, also after a restart")
    func makerLives() async throws {
        let folder = TemporaryFolder()
        let fixedText = "a-fixed-token-that-stays"
        let fixed = Secret(fixedText)
        let made = try await LibraryDesk.with(folder: folder, fixedToken: fixed) { desk in
            let token = try await desk.library.access.createToken(name: "t", scope: .write)
            let cookie = try await desk.library.access.signIn(token: fixedText)
            let grants = desk.library.grants
            return [
                try await grants.make(UploadGrantRequest(), by: .token(token.token.id)),
                try await grants.make(UploadGrantRequest(), by: .fixedToken),
                try await grants.make(UploadGrantRequest(), by: .fixedToken, session: cookie),
                // As from before makers were stored.
                try await grants.make(UploadGrantRequest()),
            ]
        }
        try await LibraryDesk.with(folder: folder, fixedToken: fixed) { desk in
            for made in made {
                let found = try await desk.library.grants.grant(made.grant.id, secret: made.secret)
                _ = try await use(found, picture, desk)
            }
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
