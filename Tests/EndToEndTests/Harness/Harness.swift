import AgBase
import Glibc

/// What all of the harness shares.
enum Harness {
    /// Threads for calls that block. Each connection that waits for an answer holds one, so there are many.
    static let threads = BlockingPool(threads: 192, name: "e2e")

    /// The program under test: it lies beside the test program in the build folder.
    static let program: String = {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = buffer.withUnsafeMutableBytes {
            readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return own.split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/argentum"
    }()
}

/// The harness could not do what a test asked of it.
struct HarnessFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
