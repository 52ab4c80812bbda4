import AgBase

@testable import AgHTTP

/// A form's body. The first byte decides how the rest is cut into pieces; the pieces must not change what is read.
package enum MultipartFuzz: FuzzTarget {
    package static let name = "multipart"

    package static func run(_ input: [UInt8]) throws {
        guard let seed = input.first else { return }
        let body = Array(input.dropFirst())
        let whole = read([body])
        let cut = read(pieces(of: body, seed: seed))
        try promise(whole == cut, "in one piece \(whole), in several \(cut)")
        try promise(whole.parts.count <= MultipartLimits().parts, "\(whole.parts.count) parts")
        try promise(whole.parts.reduce(0) { $0 + $1.data.count } <= body.count, "more data than body")
    }

    private struct Outcome: Equatable {
        struct Part: Equatable {
            let head: MultipartHead
            var data: [UInt8] = []
            var isEnded = false
        }

        var parts: [Part] = []
        var isFinished = false
        /// Why reading ended, when it did not end well.
        var fault: String?
    }

    private static let boundary = try? MultipartBoundary(["Content-Type": "multipart/form-data; boundary=ab"])

    private static func read(_ pieces: [[UInt8]]) -> Outcome {
        var outcome = Outcome()
        guard let boundary else { return outcome }
        var machine = MultipartMachine(boundary: boundary)
        do throws(Fault) {
            for piece in pieces {
                for action in try machine.take(piece) { note(action, piece, &outcome) }
            }
            try machine.finish()
        } catch {
            // What one piece brings before the fault is dropped with it, so only the fault can be compared.
            return Outcome(fault: error.code)
        }
        return outcome
    }

    private static func note(_ action: MultipartMachine.Action, _ piece: [UInt8], _ outcome: inout Outcome) {
        let last = outcome.parts.count - 1
        switch action {
        case .begin(let head): outcome.parts.append(Outcome.Part(head: head))
        case .data(let range): outcome.parts[last].data += piece[range]
        case .held(let bytes): outcome.parts[last].data += bytes
        case .end: outcome.parts[last].isEnded = true
        case .finished: outcome.isFinished = true
        }
    }

    private static func pieces(of body: [UInt8], seed: UInt8) -> [[UInt8]] {
        var state = UInt32(seed) &* 2_654_435_761 | 1
        var pieces: [[UInt8]] = []
        var place = 0
        while place < body.count {
            state = state &* 1_664_525 &+ 1_013_904_223
            // Small seeds give single bytes, which is where a machine's states show.
            let length = min(1 + Int(state >> 24) % (1 + Int(seed)), body.count - place)
            pieces.append(Array(body[place..<place + length]))
            place += length
        }
        return pieces
    }
}
