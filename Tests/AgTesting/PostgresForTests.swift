import Foundation
import Synchronization

/// The PostgreSQL server that scripts/test started; each test gets a schema of its own in it.
package enum PostgresForTests {
    private static let count = Atomic<Int>(0)

    /// Where the server is; `nil` when the tests were started without one.
    package static let server: String? = ProcessInfo.processInfo.environment["ARGENTUM_TEST_POSTGRES"]

    /// The folder of its socket.
    package static let socketFolder: String? = server.flatMap { $0.split(separator: "host=").last.map(String.init) }

    /// The address of an empty schema. `prepare` must run the statement that makes it.
    package static func freshSchema() -> (url: String, creation: String)? {
        guard let server else { return nil }
        let number = count.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "t\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        return ("\(server)&options=-csearch_path%3D\(name)", "CREATE SCHEMA \(name)")
    }
}
