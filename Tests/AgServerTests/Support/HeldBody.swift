import AgHTTP
import AgTesting
import Synchronization

/// A body whose first half is there and whose second half comes when the test says so.
final class HeldBody: BodySource {
    private let halves: [[UInt8]]
    private let read = Atomic(0)
    /// Opened when the reader has the first half and waits for the second.
    let isWaiting = Latch()
    /// For the test to open.
    let goesOn = Latch()

    init(_ text: String) {
        let bytes = Array(text.utf8)
        halves = [Array(bytes[..<(bytes.count / 2)]), Array(bytes[(bytes.count / 2)...])]
    }

    /// One that nobody waits for.
    static func whole(_ text: String) -> HeldBody {
        let held = HeldBody(text)
        held.goesOn.open()
        return held
    }

    var body: RequestBody { RequestBody(source: self, declaredLength: Int64(halves.joined().count)) }

    func mustArrive(within limit: Duration) {}

    func next() async throws -> BodyChunk? {
        switch read.add(1, ordering: .relaxed).oldValue {
        case 0: return BodyChunk(halves[0])
        case 1:
            isWaiting.open()
            try await goesOn.pass()
            return BodyChunk(halves[1])
        default: return nil
        }
    }
}
