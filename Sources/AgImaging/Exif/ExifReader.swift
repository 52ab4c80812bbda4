/// Reads the camera's notes from an EXIF block (CIPA DC-008, Exif 2.32).
///
/// Every offset is checked, every text is cut at `longestText`, and only the directories named here are followed,
/// once each, so that no block can make it loop or allocate.
struct ExifReader {
    private let block: ByteView
    private let order: ByteView.Order
    private static let longestText = 512
    private static let mostEntries = 512

    /// The notes of a block that begins with its TIFF header; empty when it is no such block.
    static func read(_ block: ByteView?) -> PictureMetadata {
        guard let block, let reader = ExifReader(block) else { return PictureMetadata() }
        return reader.metadata()
    }

    /// Whether a block has a TIFF header that leads to a directory.
    static func knows(_ block: ByteView) -> Bool {
        guard let reader = ExifReader(block), let offset = block.number(at: 4, 4, reader.order) else { return false }
        return offset >= 8 && block.holds(offset, 2)
    }

    private init?(_ block: ByteView) {
        self.block = block
        switch true {
        case block.matches("II*\0", at: 0): order = .little
        case block.matches("MM\0*", at: 0): order = .big
        default: return nil
        }
    }

    private func metadata() -> PictureMetadata {
        let main = directory(at: block.number(at: 4, 4, order))
        let camera = directory(at: number(main[0x8769]))
        let place = directory(at: number(main[0x8825]))
        var found = PictureMetadata()
        readMain(main, &found)
        readCamera(camera, &found)
        found.takenAt =
            Self.instant(text(camera[0x9003]), zone: text(camera[0x9011]))
            ?? Self.instant(text(main[0x0132]), zone: text(camera[0x9010]))
        found.place = readPlace(place)
        return found
    }

    /// The entries by tag; the first of a tag wins.
    private func directory(at offset: Int?) -> [Int: TIFFEntry] {
        guard let offset, offset >= 8, let count = block.number(at: offset, 2, order) else { return [:] }
        var entries: [Int: TIFFEntry] = [:]
        for index in 0..<min(count, Self.mostEntries) {
            guard let entry = TIFFEntry(block, at: offset + 2 + 12 * index, order) else { break }
            if entries[entry.tag] == nil, entry.range != nil { entries[entry.tag] = entry }
        }
        return entries
    }

    private func readMain(_ entries: [Int: TIFFEntry], _ found: inout PictureMetadata) {
        found.description = text(entries[0x010E])
        found.make = text(entries[0x010F])
        found.model = text(entries[0x0110])
        found.software = text(entries[0x0131])
        found.artist = text(entries[0x013B])
        found.copyright = text(entries[0x8298])
        let orientation = number(entries[0x0112]) ?? 1
        found.orientation = 1...8 ~= orientation ? orientation : 1
    }

    private func readCamera(_ entries: [Int: TIFFEntry], _ found: inout PictureMetadata) {
        found.lens = text(entries[0xA434])
        found.exposure = ratio(entries[0x829A])
        found.aperture = ratio(entries[0x829D])
        found.iso = number(entries[0x8827])
        found.focalLength = ratio(entries[0x920A])
        found.focalLength35mm = number(entries[0xA405])
        found.exposureBias = ratio(entries[0x9204])
        found.flashFired = number(entries[0x9209]).map { $0 & 1 == 1 }
    }

    private func readPlace(_ entries: [Int: TIFFEntry]) -> PictureMetadata.Place? {
        guard let latitude = degrees(entries[2]), let longitude = degrees(entries[4]),
            // The hemisphere has a letter of its own; a signed type can still say less than nothing.
            0...90 ~= latitude, 0...180 ~= longitude
        else { return nil }
        let below = entries[5].flatMap { $0.range.flatMap { block[$0.lowerBound] } } == 1
        return PictureMetadata.Place(
            latitude: text(entries[1]) == "S" ? -latitude : latitude,
            longitude: text(entries[3]) == "W" ? -longitude : longitude,
            altitude: ratio(entries[6]).map { below ? -$0 : $0 })
    }

    // MARK: Values

    private func number(_ entry: TIFFEntry?) -> Int? { entry?.number(block, order) }

    /// Printable text up to the first NUL; `nil` when nothing is left of it.
    private func text(_ entry: TIFFEntry?) -> String? {
        guard let entry, entry.type == 2 || entry.type == 129, let range = entry.range else { return nil }
        let raw = block.copy(at: range.lowerBound, min(range.count, Self.longestText)).prefix { $0 != 0 }
        let printable = String(decoding: raw, as: UTF8.self).unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        let words = String(String.UnicodeScalarView(printable)).split(separator: " ", omittingEmptySubsequences: true)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private func ratio(_ entry: TIFFEntry?, index: Int = 0) -> Double? {
        guard let entry, entry.type == 5 || entry.type == 10, index < entry.count, let range = entry.range,
            let above = block.number(at: range.lowerBound + 8 * index, 4, order),
            let below = block.number(at: range.lowerBound + 8 * index + 4, 4, order), below != 0
        else { return nil }
        guard entry.type == 10 else { return Double(above) / Double(below) }
        return Double(Int32(truncatingIfNeeded: above)) / Double(Int32(truncatingIfNeeded: below))
    }

    private func degrees(_ entry: TIFFEntry?) -> Double? {
        guard let whole = ratio(entry) else { return nil }
        return whole + (ratio(entry, index: 1) ?? 0) / 60 + (ratio(entry, index: 2) ?? 0) / 3_600
    }
}
