import CVips
import Testing

@testable import AgImaging

@Suite("Inks of a JPEG", .timeLimit(.minutes(2)))
struct InkTests {
    private static func file(_ inks: [[Int]], _ profile: [UInt8]? = nil) -> [UInt8] {
        let picture = Quarters.picture(inks, VIPS_INTERPRETATION_CMYK)
        return (profile.map { picture.with("icc-profile-data", $0) } ?? picture).file(".jpg[Q=98]")
    }

    /// Where Adobe's segment begins, which libvips writes.
    private static func adobe(in file: [UInt8]) -> Int {
        let name = Array("Adobe".utf8)
        return file.indices.first { file[$0...].starts(with: name) }! - 4
    }

    private static func withoutAdobe(_ file: [UInt8]) -> [UInt8] {
        let start = adobe(in: file)
        return Array(file[..<start] + file[(start + 16)...])
    }

    /// As Photoshop writes them: cyan, magenta and yellow as luma and chroma.
    private static func asLumaAndChroma(_ file: [UInt8]) -> [UInt8] {
        var file = file
        file[adobe(in: file) + 15] = 2
        return file
    }

    private static let luma: [[Int]] = Quarters.inks.map { ink in
        let (red, green, blue) = (Double(ink[0]), Double(ink[1]), Double(ink[2]))
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue
        let parts = [luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402]
        return parts.map { 255 - Int($0.rounded()) } + [ink[3]]
    }

    @Test("are inverted, as Adobe has them, whether its note says so or is missing, with a profile and without")
    func inverted() async throws {
        let profiles: [(String, [UInt8]?)] = [("no profile", nil), ("a profile", Profiles.cmyk)]
        for (name, profile) in profiles {
            let files = [
                ("Adobe", Self.file(Quarters.inks, profile)),
                ("without the note", Self.withoutAdobe(Self.file(Quarters.inks, profile))),
                ("Adobe, luma and chroma", Self.asLumaAndChroma(Self.file(Self.luma, profile))),
            ]
            for (kind, file) in files { try await Quarters.expect(file, Quarters.fromInks, "\(kind), \(name)") }
        }
    }
}
