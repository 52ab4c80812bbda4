/// What the parent asks. The picture's descriptor rides along, and for a render one memory file per product.
enum CodecRequest: Equatable {
    case probe(PictureLimits, allowDamaged: Bool)
    case metadata(PictureLimits)
    case render(PictureLimits, RenderOrder)
    /// Are the formats we need there, and the dangerous ones gone?
    case selfTest
    case drill(SandboxDrill)

    var bytes: [UInt8] {
        var frame = FrameWriter()
        switch self {
        case .probe(let limits, let allowDamaged):
            frame.put(UInt8(1))
            limits.put(into: &frame)
            frame.put(allowDamaged)
        case .metadata(let limits):
            frame.put(UInt8(2))
            limits.put(into: &frame)
        case .render(let limits, let order):
            frame.put(UInt8(3))
            limits.put(into: &frame)
            order.put(into: &frame)
        case .selfTest: frame.put(UInt8(4))
        case .drill(let drill):
            frame.put(UInt8(5))
            frame.put(drill.rawValue)
        }
        return frame.bytes
    }

    init(_ bytes: [UInt8]) throws(MalformedFrame) {
        var frame = FrameReader(bytes)
        switch try frame.byte() {
        case 1: self = .probe(try PictureLimits(&frame), allowDamaged: try frame.bool())
        case 2: self = .metadata(try PictureLimits(&frame))
        case 3: self = .render(try PictureLimits(&frame), try RenderOrder(&frame))
        case 4: self = .selfTest
        case 5: self = .drill(try frame.choice(SandboxDrill.self))
        default: throw MalformedFrame()
        }
        try frame.finish()
    }
}
