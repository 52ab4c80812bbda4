import CVips

/// A picture whose structure and limits have been checked, and which libvips has not yet touched.
struct Opened {
    let file: MappedFile
    let structure: PictureStructure
    let limits: PictureLimits
    let toleratesDamage: Bool
    private let notes: PictureMetadata

    /// Throws `truncated` when the file ends early, unless damage is tolerated.
    init(_ files: [Int32], _ limits: PictureLimits, toleratesDamage: Bool) throws(CodecError) {
        guard let descriptor = files.first else { throw CodecError(.unavailable, "No picture came with the request.") }
        file = try MappedFile(descriptor, limit: limits.maxBytes)
        structure = try PictureStructure.read(file.view)
        self.limits = limits
        self.toleratesDamage = toleratesDamage
        // A picture that is too large is so whether it is whole or not.
        if structure.pixels > 0 { try limits.check(structure, fileLength: file.view.count) }
        guard structure.isComplete || toleratesDamage else {
            throw CodecError(
                .truncated,
                "The \(structure.format.rawValue) file ends before its picture does; it was cut short. Upload a sound copy, or "
                    + "this one again with the form field allowDamaged=1.")
        }
        try limits.check(structure, fileLength: file.view.count)
        // Before anything is hidden: a TIFF's directories are its notes.
        notes = ExifReader.read(structure.exif.flatMap { [file] in file.view.slice($0) })
        try file.apply(structure.shown.patches)
    }

    /// What the camera wrote. A TIFF of several pages has an orientation for each.
    func metadata() -> PictureMetadata {
        var notes = notes
        if structure.format == .tiff { notes.orientation = structure.orientation }
        return notes
    }

    /// How the pixels that libvips gives must be turned. It turns AVIF and HEIC itself, as their container says, and
    /// what EXIF says beside it does not count.
    var orientation: Int { structure.format.isHEIF ? 1 : metadata().orientation }

    /// The header as libvips reads it, checked against the limits again: two readers may disagree.
    func load(shrink: Int = 1) throws(CodecError) -> Raster {
        let raster = try unsafe Raster.open(
            file.part(structure.shown.range),
            .init(
                format: structure.format, layout: structure.layout, shrink: shrink, isStrict: !toleratesDamage))
        guard shrink == 1 else { return raster }
        var seen = structure
        seen.width = raster.width
        seen.height = raster.height
        try limits.check(seen, fileLength: file.view.count)
        return try withSaidProfile(try raster.clear(outside: structure.frame))
    }

    /// libheif gives a grid the profile of its first tile, whatever the others and the grid itself say.
    private func withSaidProfile(_ raster: Raster) throws(CodecError) -> Raster {
        guard structure.format.isHEIF, structure.profileBytes == 0, raster.hasProfile else { return raster }
        let plain = try unsafe raster.made { unsafe cvips_without_profile($0) }
        plain.storedColorSpace = raster.storedColorSpace
        return plain
    }

    func probe() throws(CodecError) -> PictureProbe {
        let raster = try load()
        let isTurned = orientation >= 5
        let wasTurned = structure.format.isHEIF && structure.quarterTurns % 2 == 1
        return PictureProbe(
            format: structure.format, width: isTurned ? raster.height : raster.width,
            height: isTurned ? raster.width : raster.height,
            storedWidth: wasTurned ? raster.height : raster.width,
            storedHeight: wasTurned ? raster.width : raster.height, frames: structure.frames,
            hasAlpha: raster.hasAlpha, orientation: orientation, bitDepth: structure.bitsPerSample,
            colorSpace: raster.storedColorSpace ?? raster.colorSpace, hasProfile: raster.hasProfile,
            isDamaged: !structure.isComplete)
    }
}
