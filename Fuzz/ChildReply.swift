@testable import AgImaging

/// What the parent reads from a codec child, which may have been taken over.
package enum ChildReplyFuzz: FuzzTarget {
    package static let name = "child-reply"

    package static func run(_ input: [UInt8]) throws {
        guard let reply = try? CodecReply(input) else { return }
        try promise((try? CodecReply(reply.bytes)) == reply, "reads differently again: \(reply)")
        switch reply {
        case .picture(let index, let width, let height, let length, _):
            try promise(min(index, width, height) >= 0 && length >= 0, "a negative number in \(reply)")
        case .analysis(let analysis):
            try promise(analysis.colors.allSatisfy { $0.share.isFinite }, "a share that is no number")
        case .probe(let probe): try promise(0...8 ~= probe.orientation, "orientation \(probe.orientation)")
        default: break
        }
    }
}
