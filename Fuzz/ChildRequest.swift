@testable import AgImaging

/// What a codec child reads from its parent.
package enum ChildRequestFuzz: FuzzTarget {
    package static let name = "child-request"

    package static func run(_ input: [UInt8]) throws {
        guard let request = try? CodecRequest(input) else { return }
        try promise((try? CodecRequest(request.bytes)) == request, "reads differently again: \(request)")
        guard case .render(_, let order) = request else { return }
        try promise(order.outputs.count <= 64, "\(order.outputs.count) outputs")
        try promise(
            order.outputs.allSatisfy { $0.width >= 0 && $0.height >= 0 && 0...100 ~= $0.quality }, "a size of \(order)")
    }
}
