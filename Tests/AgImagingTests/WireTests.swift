import Testing

@testable import AgImaging

@Suite("The child's protocol")
struct WireTests {
    private static let metadata: PictureMetadata = {
        var metadata = PictureMetadata()
        metadata.make = "Canon"
        metadata.exposure = 0.004
        metadata.iso = 400
        metadata.flashFired = false
        metadata.orientation = 6
        metadata.place = .init(latitude: -33.8, longitude: 151.2, altitude: nil)
        return metadata
    }()

    /// Every limit has another value, so that two that are swapped on the way are seen.
    private static let oddLimits: PictureLimits = {
        var limits = PictureLimits()
        limits.maxBytes = 1
        limits.maxPixels = 2
        limits.maxPixelsHEIF = 3
        limits.maxPixelsWebP = 4
        limits.maxSide = 5
        limits.maxSideSmall = 6
        limits.maxScans = 7
        limits.maxProfileBytes = 8
        return limits
    }()

    /// No two numbers of a box are alike, for the same reason.
    private static let boxes = RenderOrder(
        outputs: RenderFit.allCases.map {
            RenderOutput(name: $0.rawValue, width: 11, height: 12, fit: $0, format: .jpeg, quality: 13, effort: 4)
        }, leastReduction: 5, seeksForms: true)

    static let requests: [CodecRequest] = [
        .probe(PictureLimits(), allowDamaged: true), .metadata(PictureLimits()), .render(PictureLimits(), .standard),
        .render(PictureLimits(), RenderOrder(thumbnail: nil, outputs: [], wantsAnalysis: false)), .selfTest,
        .probe(WireTests.oddLimits, allowDamaged: false),
        .render(PictureLimits(), WireTests.boxes),
        .drill(.fork),
    ]

    static let replies: [CodecReply] = [
        .ready(openDoors: ["Landlock"]), .refused("no"),
        .probe(
            PictureProbe(
                format: .avif, width: 2, height: 3, storedWidth: 3, storedHeight: 2, frames: 1, hasAlpha: true,
                orientation: 1, bitDepth: 10, colorSpace: "srgb", hasProfile: false, isDamaged: true)),
        .metadata(metadata), .picture(index: 3, width: 640, height: 480, length: 12_345, encoding: .nearLossless),
        .analysis(
            PictureAnalysis(
                thumbhash: [1, 2, 3], colors: [.init(hex: "#ffffff", share: 0.5)], width: 9, height: 8)),
        .done(warnings: ["a", "b"], cpu: 5), .failed(CodecError(.damaged, "why")),
    ]

    @Test("requests and replies come through as they were")
    func roundTrip() throws {
        for request in Self.requests { #expect(try CodecRequest(request.bytes) == request) }
        for reply in Self.replies { #expect(try CodecReply(reply.bytes) == reply) }
    }

    @Test("a message that is cut, or longer than it should be, is refused")
    func cut() {
        for bytes in Self.requests.map(\.bytes) {
            for length in bytes.indices {
                #expect(throws: MalformedFrame.self) { try CodecRequest(Array(bytes.prefix(length))) }
            }
            #expect(throws: MalformedFrame.self) { try CodecRequest(bytes + [0]) }
        }
        for bytes in Self.replies.map(\.bytes) {
            for length in bytes.indices {
                #expect(throws: MalformedFrame.self) { try CodecReply(Array(bytes.prefix(length))) }
            }
            #expect(throws: MalformedFrame.self) { try CodecReply(bytes + [0]) }
        }
    }

    @Test("a message with any byte changed is read or refused, and nothing worse")
    func damaged() {
        for bytes in Self.replies.map(\.bytes) + Self.requests.map(\.bytes) {
            for index in bytes.indices {
                for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                    var changed = bytes
                    changed[index] = value
                    _ = try? CodecReply(changed)
                    _ = try? CodecRequest(changed)
                }
            }
        }
    }

    @Test("lengths that lie make nothing")
    func lengths() {
        let endless = [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: MalformedFrame.self) { try CodecReply([2] + endless) }
        #expect(throws: MalformedFrame.self) { try CodecReply([1] + [0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0]) }
        #expect(throws: MalformedFrame.self) { try CodecReply([5] + endless + endless + endless + endless) }
    }

    @Test("a child's options come through its command line")
    func options() {
        let options = ChildOptions(parent: 42, memory: 700, niceness: 10, allowsUnsandboxed: true, allowsDrills: false)

        #expect(ChildOptions(options.arguments) == options)
        #expect(CodecChild.isRequested(options.arguments))
        #expect(ChildOptions(["argentum", "serve"]) == nil && !CodecChild.isRequested(["argentum", "serve"]))
        #expect(ChildOptions(["codec", "__codec", "x", "y", "0"]) == nil)
    }
}
