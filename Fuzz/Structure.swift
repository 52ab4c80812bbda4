@testable import AgImaging

/// The walk through a picture of any format, the limits on what it found, and the notes it points at.
package enum StructureFuzz: FuzzTarget {
    package static let name = "structure"

    package static func run(_ input: [UInt8]) throws {
        try unsafe input.withUnsafeBytes { unsafe try check(ByteView($0)) }
    }

    private static func check(_ file: ByteView) throws {
        guard let found = try? PictureStructure.read(file) else { return }
        let numbers = [
            found.width, found.height, found.bitsPerSample, found.channels, found.scans, found.profileBytes,
        ]
        try promise(numbers.allSatisfy { $0 >= 0 } && found.frames >= 1, "a negative number in \(found)")
        try promise(0...3 ~= found.quarterTurns, "\(found.quarterTurns) quarter turns")
        if let exif = found.exif {
            try ExifFuzz.check(ExifReader.read(file.slice(exif)))
        }
        if let range = found.shown.range {
            try promise(file.holds(range.lowerBound, range.count), "shows bytes outside of the file: \(range)")
        }
        try promise(found.shown.patches.allSatisfy { $0.offset >= 0 }, "changes a byte before the file")
        guard (try? PictureLimits().check(found, fileLength: file.count)) != nil else { return }
        try promise(1...100_000_000 ~= found.pixels, "passes the limits: \(found)")
    }
}
