import AgBase
import AgCrypto
import AgLibrary
import AgModel
import AgSQL
import AgTesting
import Testing

@Suite("Tokens", .everyEngine, .timeLimit(.minutes(1)))
struct TokenTests {
    @Test("A token opens what its scope says", arguments: TokenScope.allCases)
    func scope(_ scope: TokenScope) async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "phone", scope: scope)

        let credential = try #require(try await desk.access.credential(token: made.text))

        #expect(credential == Credential(scope: scope, origin: .token(made.token.id)))
    }

    @Test("Each scope holds the ones before it")
    func order() {
        let all: [TokenScope] = [.read, .write, .admin]
        for (index, scope) in all.enumerated() {
            for (other, needed) in all.enumerated() { #expect(scope.covers(needed) == (index >= other)) }
        }
    }

    @Test("A token is agt_, the id and 256 random bits, and no two are alike")
    func shape() async throws {
        let desk = try await AccessDesk()
        var texts: Set<String> = []
        for _ in 0..<20 {
            let made = try await desk.access.createToken(name: "a", scope: .read)
            let digits = made.token.id.text.filter { $0 != "-" }
            #expect(made.text.hasPrefix("agt_\(digits)_"))
            #expect(Base64URL.decode(made.text.dropFirst("agt_".count + 33))?.count == 32)
            texts.insert(String(made.text.suffix(43)))
        }
        #expect(texts.count == 20)
    }

    @Test("The secret is in no column")
    func hashed() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "a", scope: .read)

        let (hash, dump) = try await desk.database.read { connection in
            try connection.first("SELECT secret_hash, id || name || scope AS dump FROM api_tokens") {
                (try $0["secret_hash"] as [UInt8], try $0["dump"] as String)
            }!
        }

        #expect(hash == SHA256Digest.of(made.text).bytes)
        #expect(!dump.contains(made.text.suffix(43)))
    }

    @Test("A text that differs anywhere is nobody's")
    func tampered() async throws {
        let desk = try await AccessDesk()
        let text = try await desk.access.createToken(name: "a", scope: .admin).text
        let other = try await desk.access.createToken(name: "b", scope: .admin).text
        let swapped = text.prefix(37) + other.suffix(43)
        let last = text.last == "A" ? "E" : "A"
        for wrong in [
            "", "agt_", String(text.dropLast()), text + "A", text.dropLast() + last, String(swapped), " " + text,
        ] {
            #expect(try await desk.access.credential(token: wrong) == nil, "\(wrong)")
        }
    }

    @Test("A revoked token is refused at once, also when it was just used")
    func revoked() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "a", scope: .read)
        #expect(try await desk.access.credential(token: made.text) != nil)

        try await desk.access.revokeToken(made.token.id)

        #expect(try await desk.access.credential(token: made.text) == nil)
        #expect(try await desk.access.listTokens().isEmpty)
    }

    @Test("What another server revoked is refused within half a minute")
    func revokedElsewhere() async throws {
        let desk = try await AccessDesk()
        let neighbour = desk.neighbour()
        let made = try await desk.access.createToken(name: "a", scope: .read)
        #expect(try await neighbour.credential(token: made.text) != nil)

        try await desk.access.revokeToken(made.token.id)
        desk.clock.advance(.seconds(31))

        #expect(try await neighbour.credential(token: made.text) == nil)
    }

    @Test("A token that expires is refused from that moment, also out of the cache")
    func expiry() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "a", scope: .read, expiresIn: .seconds(10))
        desk.clock.advance(.seconds(9))
        #expect(try await desk.access.credential(token: made.text) != nil)

        desk.clock.advance(.seconds(1))

        #expect(try await desk.access.credential(token: made.text) == nil)
    }

    @Test("A use is noted, to the minute")
    func lastUse() async throws {
        let desk = try await AccessDesk()
        let made = try await desk.access.createToken(name: "a", scope: .read)
        #expect(try await desk.access.listTokens().first?.lastUsedAt == nil)

        _ = try await desk.access.credential(token: made.text)
        let first = desk.clock.now()
        desk.clock.advance(.seconds(40))
        _ = try await desk.access.credential(token: made.text)
        #expect(try await desk.access.listTokens().first?.lastUsedAt == first)

        desk.clock.advance(.seconds(40))
        _ = try await desk.access.credential(token: made.text)
        #expect(try await desk.access.listTokens().first?.lastUsedAt == desk.clock.now())
    }

    @Test("Tokens are listed newest first and can be renamed")
    func list() async throws {
        let desk = try await AccessDesk()
        let old = try await desk.access.createToken(name: "old", scope: .read)
        desk.clock.advance(.seconds(1))
        _ = try await desk.access.createToken(name: "new", scope: .write)

        let renamed = try await desk.access.renameToken(old.token.id, to: "older")

        #expect(renamed.name == "older")
        #expect(try await desk.access.listTokens().map(\.name) == ["new", "older"])
    }

    @Test("Renaming or revoking what is not there is a 404")
    func missing() async throws {
        let desk = try await AccessDesk()
        let stranger = TokenID.make()
        let renaming = await #expect(throws: Fault.self) { try await desk.access.renameToken(stranger, to: "x") }
        let revoking = await #expect(throws: Fault.self) { try await desk.access.revokeToken(stranger) }
        #expect(renaming?.kind == .notFound)
        #expect(revoking?.kind == .notFound)
    }

    @Test("The operator's fixed token is of scope admin; one that begins alike is not")
    func fixed() async throws {
        let desk = try await AccessDesk(fixedToken: Secret("a-token-of-the-operator"))
        let credential = try await desk.access.credential(token: "a-token-of-the-operator")
        #expect(credential == Credential(scope: .admin, origin: .fixedToken))
        #expect(try await desk.access.credential(token: "a-token-of-the-operato") == nil)
    }
}
