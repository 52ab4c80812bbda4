import AgBase
import FoundationEssentials
import Testing

@testable import AgImaging

/// Files of Tests/Pictures, whose README says what is in each.
@Suite("A picture that was once shown wrongly", .timeLimit(.minutes(3)))
struct FoundPictureTests {
    struct Expected: Decodable, Sendable, CustomTestStringConvertible {
        enum Refusal: String, Decodable { case may, must }

        let file: String
        let quarters: [[Int]]?
        let tolerance: Int
        let refusal: Refusal?
        let size: [Int]?
        let clearCorner: Bool?
        /// WebP is no larger than the file, AVIF at most half larger.
        let isLight: Bool?

        var testDescription: String { file }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Pictures")

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: path)))
    }

    private static let all: [Expected] = {
        let list = try? bytes("found/expected.json")
        return list.flatMap { try? JSONValue(json: $0).decode([Expected].self) } ?? []
    }()

    @Test("is right in thumbnail, WebP and AVIF, or refused by its kind", arguments: all)
    func isRight(_ expected: Expected) async throws {
        let file = try Self.bytes("found/\(expected.file)")
        let codecs = try await TestCodecs.shared.value
        do {
            let probe = try await codecs.probe(file)
            #expect(expected.refusal != .must, "\(expected.file) was taken")
            if let size = expected.size { #expect([probe.width, probe.height] == size, "\(expected.file)") }
        } catch let error as CodecError where expected.refusal != nil {
            #expect(error.code == .unsupportedFormat && !error.message.isEmpty, "\(expected.file): \(error)")
            return
        }
        if let quarters = expected.quarters {
            try await Quarters.expect(file, quarters, tolerance: expected.tolerance, expected.file)
        } else {
            try await look(file, expected, codecs)
        }
    }

    private func look(_ file: [UInt8], _ expected: Expected, _ codecs: Codecs) async throws {
        // As uploads do it, which look for the forms of graphics.
        let order = RenderOrder(outputs: Quad.order.outputs, seeksForms: true)
        let result = try await codecs.render(file, order)
        #expect(result.warnings.isEmpty, "\(expected.file): \(result.warnings)")
        for output in result.outputs + [try #require(result.thumbnail)] {
            let pixels = try output.pixels()
            if expected.clearCorner == true { #expect(pixels.at(1, 1).last == 0, "\(expected.file) \(output.format)") }
        }
        guard expected.isLight == true else { return }
        for output in result.outputs {
            let most = output.format == .avif ? file.count * 3 / 2 : file.count
            #expect(Int(output.length) <= most, "\(expected.file), \(output.format): \(output.length) of \(file.count)")
        }
    }

    @Test("is named in the README")
    func listed() throws {
        let readme = String(decoding: try Self.bytes("README.md"), as: UTF8.self)
        #expect(Self.all.count == 19)
        for expected in Self.all { #expect(readme.contains("`found/\(expected.file)`")) }
    }

    @Test("is read from LERC, alone and compressed once more", arguments: ["plain", "deflate", "zstd"])
    func lerc(_ name: String) async throws {
        try await Quad.check(try Self.bytes("lerc/\(name).tif"), name, try await TestCodecs.shared.value)
    }
}
