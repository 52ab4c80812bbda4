import AgBase
import AgLibrary
import AgTesting
import Glibc
import Testing

@Suite("The owner's token", .everyEngine, .timeLimit(.minutes(1)))
struct AdminTokenTests {
    @Test("The first start writes a token that works, for its owner's eyes only")
    func first() async throws {
        let desk = try await AccessDesk()
        let text = try await desk.access.ensureAdminToken(in: desk.folder.path)

        #expect(try await desk.access.credential(token: text)?.scope == .admin)
        #expect(try PrivateFile.read("\(desk.folder.path)/admin-token") == text + "\n")
        var info = stat()
        stat("\(desk.folder.path)/admin-token", &info)
        #expect(info.st_mode & 0o777 == 0o600)
        #expect(!desk.folder.files().contains { $0.hasSuffix(".tmp") })
    }

    @Test("A later start keeps it")
    func later() async throws {
        let desk = try await AccessDesk()
        let first = try await desk.access.ensureAdminToken(in: desk.folder.path)
        let second = try await desk.neighbour().ensureAdminToken(in: desk.folder.path)
        #expect(first == second)
        #expect(try await desk.count("api_tokens") == 1)
    }

    @Test(
        "It is made again when the file is gone, damaged, or its token revoked",
        arguments: ["gone", "damaged", "revoked"])
    func again(_ accident: String) async throws {
        let desk = try await AccessDesk()
        let path = "\(desk.folder.path)/admin-token"
        let first = try await desk.access.ensureAdminToken(in: desk.folder.path)
        switch accident {
        case "gone": unlink(path)
        case "damaged": try PrivateFile.write("nonsense", to: path)
        default: try await desk.access.revokeToken(try await desk.access.listTokens()[0].id)
        }

        let second = try await desk.access.ensureAdminToken(in: desk.folder.path)

        #expect(second != first)
        #expect(try await desk.access.credential(token: second)?.scope == .admin)
    }
}
