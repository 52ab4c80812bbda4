import AgBase
import CSandbox
import Glibc

/// Collects the products of one order, and believes nothing that the child says about them.
struct RenderDesk {
    private let order: RenderOrder
    private let orders: [RenderOutput]
    let files: [OpenFile]
    private var pictures: [Int: RenderedPicture] = [:]
    private var analysis: PictureAnalysis?
    private var end: (warnings: [String], cpu: Int64)?

    /// Makes the memory files that the child will write into. Throws `unsupportedFormat` for an order beyond us.
    init(_ order: RenderOrder) throws(CodecError) {
        guard order.outputs.count <= RenderOrder.mostOutputs, order.outputs.allSatisfy(\.isPossible) else {
            throw CodecError(
                .unsupportedFormat,
                "An order names at most \(RenderOrder.mostOutputs) outputs, each at least one pixel wide and high, and "
                    + "none with a canvas beyond \(RenderOutput.widestCanvas) pixels.")
        }
        self.order = order
        let thumbnail = order.thumbnail.map {
            RenderOutput(name: "thumbnail", width: $0.side, format: .webp, quality: $0.quality)
        }
        orders = (thumbnail.map { [$0] } ?? []) + order.outputs
        var files: [OpenFile] = []
        for _ in orders { files.append(try Self.memoryFile()) }
        self.files = files
    }

    private static func memoryFile() throws(CodecError) -> OpenFile {
        let descriptor = unsafe csandbox_memory_file("argentum-render")
        guard descriptor >= 0 else {
            throw CodecError(.unavailable, "No memory file could be made for a derived picture.")
        }
        return OpenFile(adopting: descriptor)
    }

    /// Notes a reply; answers the thumbnail when this was it.
    mutating func take(_ reply: CodecReply) throws(CodecError) -> RenderedPicture? {
        switch reply {
        case .picture(let index, let width, let height, let length, let encoding):
            let picture = try accept(index, width, height, length, encoding)
            pictures[index] = picture
            return index == 0 && order.thumbnail != nil ? picture : nil
        case .analysis(let analysis): self.analysis = analysis
        case .done(let warnings, let cpu): end = (warnings, cpu)
        default: throw Codecs.nonsense
        }
        return nil
    }

    private func accept(
        _ index: Int, _ width: Int, _ height: Int, _ length: Int64, _ encoding: PictureEncoding
    ) throws(CodecError) -> RenderedPicture {
        guard orders.indices.contains(index), pictures[index] == nil, width > 0, height > 0 else {
            throw Codecs.nonsense
        }
        let file = files[index]
        let wanted = orders[index]
        // Sealed first: from here on neither the child nor we can change a byte.
        guard csandbox_seal(file.descriptor) == 0, let real = try? file.length(), real == length, length > 0,
            let head = try? file.read(at: 0, count: PictureFormat.sniffLength),
            PictureFormat(sniffing: head) == wanted.format
        else { throw Codecs.nonsense }
        lseek(file.descriptor, 0, SEEK_SET)
        return RenderedPicture(
            name: wanted.name, format: wanted.format, width: width, height: height, encoding: encoding,
            file: file, length: length)
    }

    /// Throws when something that was ordered did not come.
    func result() throws(CodecError) -> RenderResult {
        guard let end, pictures.count == orders.count, (analysis != nil) == order.wantsAnalysis else {
            throw Codecs.nonsense
        }
        let all = orders.indices.compactMap { pictures[$0] }
        return RenderResult(
            thumbnail: order.thumbnail == nil ? nil : all.first,
            outputs: order.thumbnail == nil ? all : Array(all.dropFirst()), analysis: analysis,
            warnings: end.warnings, cpu: .microseconds(end.cpu))
    }
}

extension RenderOutput {
    /// A canvas takes memory whatever the picture's size, and a child has only so much.
    static let widestCanvas = 8_192

    fileprivate var isPossible: Bool {
        guard width > 0, height > 0 else { return false }
        return fit != .contain || max(width, height) <= Self.widestCanvas
    }
}
