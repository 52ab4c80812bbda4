extension PictureMetadata {
    func put(into frame: inout FrameWriter) {
        for text in [make, model, lens, software, description, artist, copyright, takenAt] {
            frame.put(text) { $0.put($1) }
        }
        for number in [exposure, aperture, focalLength, exposureBias] { frame.put(number) { $0.put($1) } }
        for number in [iso, focalLength35mm] { frame.put(number) { $0.put($1) } }
        frame.put(flashFired) { $0.put($1) }
        frame.put(orientation)
        frame.put(place) { frame, place in
            frame.put(place.latitude)
            frame.put(place.longitude)
            frame.put(place.altitude) { $0.put($1) }
        }
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        make = try Self.text(&frame)
        model = try Self.text(&frame)
        lens = try Self.text(&frame)
        software = try Self.text(&frame)
        description = try Self.text(&frame)
        artist = try Self.text(&frame)
        copyright = try Self.text(&frame)
        takenAt = try Self.text(&frame)
        exposure = try Self.double(&frame)
        aperture = try Self.double(&frame)
        focalLength = try Self.double(&frame)
        exposureBias = try Self.double(&frame)
        iso = try Self.count(&frame)
        focalLength35mm = try Self.count(&frame)
        flashFired = try frame.optional { (frame) throws(MalformedFrame) in try frame.bool() }
        orientation = try frame.count(upTo: 8)
        place = try frame.optional { (frame) throws(MalformedFrame) in
            Place(
                latitude: try frame.double(), longitude: try frame.double(), altitude: try Self.double(&frame))
        }
    }

    private static func text(_ frame: inout FrameReader) throws(MalformedFrame) -> String? {
        try frame.optional { (frame) throws(MalformedFrame) in try frame.text() }
    }

    private static func double(_ frame: inout FrameReader) throws(MalformedFrame) -> Double? {
        try frame.optional { (frame) throws(MalformedFrame) in try frame.double() }
    }

    private static func count(_ frame: inout FrameReader) throws(MalformedFrame) -> Int? {
        try frame.optional { (frame) throws(MalformedFrame) in try frame.count() }
    }
}
