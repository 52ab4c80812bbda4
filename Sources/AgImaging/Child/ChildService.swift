import CVips
import Glibc

/// Answers one request after the other until the parent closes the socket.
struct ChildService {
    private var link: ChildLink
    private let allowsDrills: Bool

    /// Free memory that stays with the child from one picture to the next: as much as 20 MP take.
    private static let keptBytes = 128 << 20
    private static let keptPixels: Int64 = 20_000_000
    /// In milliseconds, from a picture's end to the next one's begin.
    private static let keptFor: Int32 = 1_000

    init(link: ChildLink, allowsDrills: Bool) {
        self.link = link
        self.allowsDrills = allowsDrills
    }

    consuming func serveForever() -> Never {
        while let (bytes, files) = next() {
            // A message of ours that we cannot read means that we are not who we think we are.
            guard let request = try? CodecRequest(bytes) else { _exit(3) }
            answer(request, files)
            files.forEach { close($0) }
            vips_error_clear()
        }
        _exit(0)
    }

    private mutating func next() -> (bytes: [UInt8], files: [Int32])? {
        if !link.hears(within: Self.keptFor) { cvips_trim(0) }
        return link.receive()
    }

    private func answer(_ request: CodecRequest, _ files: [Int32]) {
        let last: CodecReply
        do throws(CodecError) {
            last = try reply(to: request, files)
        } catch {
            last = .failed(error)
        }
        // Before the parent hears the last word, and looks how much memory we kept.
        cvips_trim(Self.keptBytes)
        link.send(last)
    }

    private func reply(to request: CodecRequest, _ files: [Int32]) throws(CodecError) -> CodecReply {
        switch request {
        case .probe(let limits, let allowDamaged):
            return .probe(try Opened(files, limits, toleratesDamage: allowDamaged).probe())
        case .metadata(let limits):
            return .metadata(try Opened(files, limits, toleratesDamage: true).metadata())
        case .render(let limits, let order):
            let opened = try Opened(files, limits, toleratesDamage: order.toleratesDamage)
            // Where a decoder may leave a part of the pixels as it found the memory, that holds nobody else's picture.
            if order.toleratesDamage || opened.structure.format.isHEIF { cvips_trim(0) }
            cvips_take_from_heap(opened.structure.pixels <= Self.keptPixels ? 1 : 0)
            var work = RenderWork(opened, order, Array(files.dropFirst()), link)
            return try work.run()
        case .selfTest: return try ChildSelfTest.run()
        case .drill(let drill):
            guard allowsDrills else { throw CodecError(.unavailable, "This child takes no drills.") }
            return drill.run(link)
        }
    }
}
