/// What the child answers. A render is answered by several messages, `done` last.
enum CodecReply: Equatable {
    /// Locked down and ready; what could not be locked, by name.
    case ready(openDoors: [String])
    /// The child would not be confined, and ends.
    case refused(String)
    case probe(PictureProbe)
    case metadata(PictureMetadata)
    /// The memory file of this number is written.
    case picture(index: Int, width: Int, height: Int, length: Int64, encoding: PictureEncoding)
    case analysis(PictureAnalysis)
    case done(warnings: [String], cpu: Int64)
    case failed(CodecError)

    var bytes: [UInt8] {
        var frame = FrameWriter()
        switch self {
        case .ready(let doors):
            frame.put(UInt8(1))
            frame.put(list: doors) { $0.put($1) }
        case .refused(let reason):
            frame.put(UInt8(2))
            frame.put(reason)
        case .probe(let probe):
            frame.put(UInt8(3))
            probe.put(into: &frame)
        case .metadata(let metadata):
            frame.put(UInt8(4))
            metadata.put(into: &frame)
        case .picture(let index, let width, let height, let length, let encoding):
            frame.put(UInt8(5))
            for number in [Int64(index), Int64(width), Int64(height), length] { frame.put(number) }
            frame.put(encoding.rawValue)
        case .analysis(let analysis):
            frame.put(UInt8(6))
            analysis.put(into: &frame)
        case .done(let warnings, let cpu):
            frame.put(UInt8(7))
            frame.put(list: warnings) { $0.put($1) }
            frame.put(cpu)
        case .failed(let error):
            frame.put(UInt8(8))
            frame.put(error.code.rawValue)
            frame.put(error.message)
        }
        return frame.bytes
    }

    init(_ bytes: [UInt8]) throws(MalformedFrame) {
        var frame = FrameReader(bytes)
        self = try Self.read(&frame)
        try frame.finish()
    }

    private static func read(_ frame: inout FrameReader) throws(MalformedFrame) -> CodecReply {
        switch try frame.byte() {
        case 1: .ready(openDoors: try frame.list { (frame) throws(MalformedFrame) in try frame.text() })
        case 2: .refused(try frame.text())
        case 3: .probe(try PictureProbe(&frame))
        case 4: .metadata(try PictureMetadata(&frame))
        case 5:
            .picture(
                index: try frame.count(), width: try frame.count(), height: try frame.count(),
                length: Int64(try frame.count()), encoding: try frame.choice(PictureEncoding.self))
        case 6: .analysis(try PictureAnalysis(&frame))
        case 7:
            .done(
                warnings: try frame.list { (frame) throws(MalformedFrame) in try frame.text() },
                cpu: Int64(try frame.count()))
        case 8: .failed(CodecError(try frame.choice(CodecError.Code.self), try frame.text()))
        default: throw MalformedFrame()
        }
    }
}
