import AgBase
import AgImaging

/// How insights are stored. What these write, `JSONValue.decode` reads into the same types, by the same names.
extension PictureMetadata {
    var json: JSONValue {
        let members: [(String, JSONValue?)] = [
            ("make", make.map { .string($0) }), ("model", model.map { .string($0) }),
            ("lens", lens.map { .string($0) }),
            ("software", software.map { .string($0) }), ("description", description.map { .string($0) }),
            ("artist", artist.map { .string($0) }), ("copyright", copyright.map { .string($0) }),
            ("takenAt", takenAt.map { .string($0) }), ("exposure", exposure.map { .double($0) }),
            ("aperture", aperture.map { .double($0) }), ("iso", iso.map { .int($0) }),
            ("focalLength", focalLength.map { .double($0) }), ("focalLength35mm", focalLength35mm.map { .int($0) }),
            ("exposureBias", exposureBias.map { .double($0) }), ("flashFired", flashFired.map { .bool($0) }),
            ("orientation", .int(orientation)), ("place", place?.json),
        ]
        return .object(members.compactMap { name, value in value.map { .init(name: name, value: $0) } })
    }
}

extension PictureMetadata.Place {
    var json: JSONValue {
        [
            "latitude": .double(latitude), "longitude": .double(longitude),
            "altitude": altitude.map { .double($0) } ?? .null,
        ]
    }
}

extension PictureAnalysis.Color {
    var json: JSONValue { ["hex": .string(hex), "share": .double(share)] }
}
