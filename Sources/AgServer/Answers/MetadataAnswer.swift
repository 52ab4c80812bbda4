import AgBase
import AgImaging
import AgLibrary

/// What is known of a picture's content, as clients see it.
enum MetadataAnswer {
    static func json(_ insight: Insight?, _ image: Image, showsPlace: Bool) -> JSONValue {
        [
            "description": .null, "tags": [], "categories": [],
            "colors": .array(insight?.colors.map { color($0) } ?? []),
            "frames": .int(image.original.frames), "hasAlpha": .bool(image.original.hasAlpha),
            "isDamaged": .bool(image.original.isDamaged),
            "exif": insight?.exif.map { exif($0, showsPlace: showsPlace) } ?? .null,
        ]
    }

    private static func color(_ color: PictureAnalysis.Color) -> JSONValue {
        ["hex": .string(color.hex), "share": .double(color.share)]
    }

    private static func exif(_ exif: PictureMetadata, showsPlace: Bool) -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(.init(name: name, value: value)) }
        }
        add("make", exif.make.map { .string($0) })
        add("model", exif.model.map { .string($0) })
        add("lens", exif.lens.map { .string($0) })
        add("software", exif.software.map { .string($0) })
        add("description", exif.description.map { .string($0) })
        add("artist", exif.artist.map { .string($0) })
        add("copyright", exif.copyright.map { .string($0) })
        add("takenAt", exif.takenAt.map { .string($0) })
        add("exposure", exif.exposure.map { .double($0) })
        add("aperture", exif.aperture.map { .double($0) })
        add("iso", exif.iso.map { .int($0) })
        add("focalLength", exif.focalLength.map { .double($0) })
        add("focalLength35mm", exif.focalLength35mm.map { .int($0) })
        add("exposureBias", exif.exposureBias.map { .double($0) })
        add("flashFired", exif.flashFired.map { .bool($0) })
        add("orientation", .int(exif.orientation))
        if showsPlace { add("gps", exif.place.map { place($0) }) }
        return .object(members)
    }

    private static func place(_ place: PictureMetadata.Place) -> JSONValue {
        [
            "latitude": .double(place.latitude), "longitude": .double(place.longitude),
            "altitude": place.altitude.map { .double($0) } ?? .null,
        ]
    }
}
