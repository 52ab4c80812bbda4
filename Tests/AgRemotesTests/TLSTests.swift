import AgTesting
import Testing

@testable import AgRemotes

@Suite("TLS", .timeLimit(.minutes(1)))
struct TLSTests {
    @Test("A certificate of the given authorities is trusted, and HTTP/2 is offered")
    func trusted() async throws {
        let identity = try TLSIdentity()
        let server = try LoopbackServer.http(tls: identity) { request, peer in
            peer.answer(200, "\(peer.offered("h2")) \(request.body.count)")
        }
        let client = try testClient(authorities: identity.path)
        for host in ["127.0.0.1", "localhost"] {
            let request = try server.request(
                "PUT", host: host, scheme: "https", body: stream([[1], [2, 3]], length: 3))
            let answer = try await client.fetch(request, atMost: 100)
            #expect(String(decoding: answer.body, as: UTF8.self) == "true 3")
        }
    }

    @Test("A certificate that is not valid for this server is refused before anything is sent")
    func untrusted() async throws {
        let good = try TLSIdentity()
        let other = try TLSIdentity()
        let cases: [(String, TLSIdentity, authorities: String?)] = [
            ("unknown authority", good, nil),
            ("other authority", good, other.path),
        ]
        for (name, identity, authorities) in cases + [try Self.wrongHost(), try Self.ended()] {
            let seen = Counter()
            let server = try LoopbackServer.http(tls: identity) { _, peer in
                _ = seen.next()
                return peer.answer(200)
            }
            let client = try testClient(authorities: authorities)
            let error = await failure { _ = try await client.send(server.request("GET", scheme: "https")) }
            #expect(
                error?.kind == .untrusted && error?.isUnsent == true,
                "\(name): \(error?.kind.rawValue ?? "") \(error?.cause ?? "")")
            #expect(error?.isPassing == false && error?.message.contains("127.0.0.1:\(server.port)") == true)
            #expect(seen.next() == 0, "\(name)")
        }
    }

    private static func wrongHost() throws -> (String, TLSIdentity, authorities: String?) {
        let identity = try TLSIdentity(names: "DNS:other.example")
        return ("wrong host", identity, identity.path)
    }

    private static func ended() throws -> (String, TLSIdentity, authorities: String?) {
        let identity = try TLSIdentity(endsIn: -3_600)
        return ("ended", identity, identity.path)
    }

    @Test("A file of authorities that cannot be read is an error of the settings")
    func noAuthorities() async throws {
        let identity = try TLSIdentity()
        let server = try LoopbackServer.http(tls: identity) { _, peer in peer.answer(200) }
        let client = try testClient(authorities: identity.path + ".none")
        let error = await failure { _ = try await client.send(server.request("GET", scheme: "https")) }
        #expect(error?.kind == .configuration, "\(String(describing: error))")
    }

    @Test("A server that speaks no TLS, and one that is cut while it answers")
    func broken() async throws {
        let plain = try LoopbackServer { peer in
            _ = peer.read()
            peer.answer(400)
        }
        let client = try testClient()
        let error = await failure { _ = try await client.send(plain.request("GET", scheme: "https")) }
        #expect(error?.kind == .tls && error?.isUnsent == true, "\(String(describing: error)) \(error?.cause ?? "")")

        let identity = try TLSIdentity()
        let cut = try LoopbackServer.http(tls: identity) { _, peer in
            // Without a length only the end of TLS tells a whole answer from one that was cut.
            peer.write("HTTP/1.1 200 OK\r\n\r\nhalf")
            peer.reset()
            return false
        }
        let trusting = try testClient(authorities: identity.path)
        let cutError = await failure {
            _ = try await trusting.fetch(cut.request("GET", scheme: "https"), atMost: 100)
        }
        #expect(cutError?.kind == .cut, "\(String(describing: cutError))")
    }
}
