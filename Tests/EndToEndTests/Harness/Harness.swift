import AgBase
import AgTesting

/// What all of the harness shares.
enum Harness {
    /// Threads for calls that block. Each connection that waits for an answer holds one, so there are many.
    static let threads = BlockingPool(threads: 192, name: "e2e")

    /// The program under test: it lies beside the test program in the build folder.
    static var program: String { BuiltProgram.path }
}

/// The harness could not do what a test asked of it.
struct HarnessFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
