/// How each value travels. Order is the format: parent and child are always the same binary.

extension PictureLimits {
    func put(into frame: inout FrameWriter) {
        for value in [
            maxBytes, maxPixels, maxPixelsHEIF, maxPixelsWebP, maxSide, maxSideSmall, maxScans, maxProfileBytes,
        ] { frame.put(value) }
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        self.init()
        maxBytes = try frame.int64()
        maxPixels = try frame.int64()
        maxPixelsHEIF = try frame.int64()
        maxPixelsWebP = try frame.int64()
        maxSide = try frame.int64()
        maxSideSmall = try frame.int64()
        maxScans = try frame.int64()
        maxProfileBytes = try frame.int64()
    }
}

extension PictureProbe {
    func put(into frame: inout FrameWriter) {
        frame.put(format.rawValue)
        for value in [width, height, storedWidth, storedHeight, frames, orientation, bitDepth] { frame.put(value) }
        frame.put(hasAlpha)
        frame.put(colorSpace)
        frame.put(hasProfile)
        frame.put(isDamaged)
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        format = try frame.choice(PictureFormat.self)
        width = try frame.count()
        height = try frame.count()
        storedWidth = try frame.count()
        storedHeight = try frame.count()
        frames = try frame.count()
        orientation = try frame.count(upTo: 8)
        bitDepth = try frame.count()
        hasAlpha = try frame.bool()
        colorSpace = try frame.text()
        hasProfile = try frame.bool()
        isDamaged = try frame.bool()
    }
}

extension PictureAnalysis {
    func put(into frame: inout FrameWriter) {
        frame.put(thumbhash)
        frame.put(list: colors) { frame, color in
            frame.put(color.hex)
            frame.put(color.share)
        }
        frame.put(width)
        frame.put(height)
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        thumbhash = try frame.data()
        colors = try frame.list { (frame) throws(MalformedFrame) in
            Color(hex: try frame.text(), share: try frame.double())
        }
        width = try frame.count()
        height = try frame.count()
    }
}

extension RenderOrder {
    func put(into frame: inout FrameWriter) {
        frame.put(thumbnail) { frame, order in
            frame.put(order.side)
            frame.put(order.quality)
        }
        frame.put(list: outputs) { frame, output in output.put(into: &frame) }
        frame.put(wantsAnalysis)
        frame.put(toleratesDamage)
        frame.put(leastReduction)
        frame.put(seeksForms)
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        thumbnail = try frame.optional { (frame) throws(MalformedFrame) in
            ThumbnailOrder(side: try frame.count(upTo: 4_096), quality: try frame.count(upTo: 100))
        }
        outputs = try frame.list { (frame) throws(MalformedFrame) in try RenderOutput(&frame) }
        wantsAnalysis = try frame.bool()
        toleratesDamage = try frame.bool()
        leastReduction = try frame.count(upTo: 8)
        seeksForms = try frame.bool()
    }
}

extension RenderOutput {
    func put(into frame: inout FrameWriter) {
        frame.put(name)
        frame.put(width)
        frame.put(height)
        frame.put(fit.rawValue)
        frame.put(format.rawValue)
        frame.put(quality)
        frame.put(effort) { $0.put($1) }
    }

    init(_ frame: inout FrameReader) throws(MalformedFrame) {
        name = try frame.text()
        width = try frame.count()
        height = try frame.count()
        fit = try frame.choice(RenderFit.self)
        format = try frame.choice(PictureFormat.self)
        quality = try frame.count(upTo: 100)
        effort = try frame.optional { (frame) throws(MalformedFrame) in try frame.count(upTo: 9) }
    }
}
