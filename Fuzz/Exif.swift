@testable import AgImaging

/// A camera's notes. Whatever is read must fit through the child's protocol as it is.
package enum ExifFuzz: FuzzTarget {
    package static let name = "exif"

    package static func run(_ input: [UInt8]) throws {
        try check(unsafe input.withUnsafeBytes { unsafe ExifReader.read(ByteView($0)) })
    }

    static func check(_ found: PictureMetadata) throws {
        let texts = [found.make, found.model, found.lens, found.software, found.description, found.artist]
        // Each broken byte of 512 can become the three of U+FFFD.
        try promise(texts.allSatisfy { $0?.utf8.count ?? 0 <= 3 * 512 }, "a text of more than 512 bytes")
        try promise(1...8 ~= found.orientation, "orientation \(found.orientation)")
        if let place = found.place {
            try promise(abs(place.latitude) <= 90 && abs(place.longitude) <= 180, "\(place) is not on Earth")
        }
        let reply = CodecReply.metadata(found)
        try promise((try? CodecReply(reply.bytes)) == reply, "lost on the way: \(found)")
    }
}
