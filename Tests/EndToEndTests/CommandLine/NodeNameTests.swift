import AgTesting
import Testing

@testable import argentum

@Suite("The name of a server among those that share a database")
struct NodeNameTests {
    @Test("stays with its data directory and differs between two")
    func names() throws {
        let (one, other) = (TemporaryFolder(), TemporaryFolder())
        let name = try NodeName.ensure(in: one.path)
        #expect(!name.isEmpty)
        #expect(try NodeName.ensure(in: one.path) == name)
        #expect(try NodeName.ensure(in: other.path) != name)
    }
}
