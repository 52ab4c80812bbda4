import AgTesting
import Testing

@testable import AgBlobs

@Suite("A claim on a storage folder", .timeLimit(.minutes(1)))
struct FolderClaimTests {
    let folder = TemporaryFolder()

    @Test("is alone when it comes first, and not when somebody is there")
    func order() async throws {
        let first = try await FolderClaim.make(in: folder.path)
        #expect(first.isAlone)
        try await first.share()
        let second = try await FolderClaim.make(in: folder.path)
        #expect(!second.isAlone)
        try await second.share()
        first.end()
        let third = try await FolderClaim.make(in: folder.path)
        #expect(!third.isAlone, "the second is still there")
    }

    @Test("is alone again when everybody has gone")
    func again() async throws {
        let first = try await FolderClaim.make(in: folder.path)
        try await first.share()
        first.end()
        #expect(try await FolderClaim.make(in: folder.path).isAlone)
    }

    @Test("waits while another one is alone")
    func patience() async throws {
        let first = try await FolderClaim.make(in: folder.path)
        async let second = FolderClaim.make(in: folder.path)
        try await first.share()
        #expect(try await !second.isAlone)
    }
}
