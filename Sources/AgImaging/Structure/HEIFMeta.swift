/// The `meta` box: which item is the picture, its properties, and where the items' bytes lie.
struct HEIFMeta {
    let file: ByteView
    private(set) var primary = 0
    private var codings = HEIFCodings()
    private var exifItems: [Int] = []
    /// Names of items and references that a decoder is not to know.
    private var hidden: [Int] = []
    private(set) var properties: [(name: String, body: Range<Int>)] = []
    /// Property numbers, from 1, of each item.
    private(set) var associations: [Int: [Int]] = [:]
    private(set) var kinds: [Int: String] = [:]
    private(set) var parts: [Int: [Int]] = [:]
    /// What helps other items, and which: alpha, depth.
    private(set) var auxiliaries: [(item: Int, of: Int)] = []
    private(set) var extents: [HEIFExtent] = []
    /// The body of `idat`.
    private(set) var data = 0..<0
    /// Two items have one number, so that two readers may take two different ones.
    private var hasTwins = false
    /// Boxes, associations and references together.
    private var pieces = 0
    private var hasLocations = false
    private var isPremultiplied = false

    /// Associations name a property by 15 bits.
    private static let mostProperties = 0x7FFF

    init(_ file: ByteView, _ body: Range<Int>) {
        self.file = file
        let inner = full(body)
        // The primary item's number is needed to read the associations, and may come after them.
        each(inner) { meta, name, body in
            if name == "pitm" { meta.readPrimary(body) }
        }
        each(inner) { meta, name, body in meta.read(name, body) }
    }

    /// Every item's bytes lie in the file.
    var isWhole: Bool {
        hasLocations && extents.allSatisfy { $0.isElsewhere || file.holds($0.offset, $0.length) }
    }

    /// Where the last of the items' bytes ends.
    var end: Int { extents.filter { !$0.isElsewhere }.map { min($0.offset + $0.length, file.count) }.max() ?? 0 }

    /// What the primary item is coded with, when no decoder of ours reads that.
    var refusedKind: String? { codings.refused }

    func describe(_ found: inout PictureStructure) throws(CodecError) {
        guard itemBytes <= 2 * file.count else {
            throw CodecError(
                .tooLarge, "The picture's items have \(itemBytes) bytes together, in a file of \(file.count).")
        }
        try checkPieces()
        noteExif(&found)
        for name in hidden { try found.shown.put(Array("skip".utf8), at: name) }
        var seen: Set<Int> = []
        // Each counts once, however often a file repeats it.
        for number in associations[primary] ?? []
        where properties.indices.contains(number - 1) && seen.insert(number).inserted {
            note(properties[number - 1], &found)
        }
        // Without associations the largest size is the one to be careful about.
        if found.width == 0 { properties.forEach { note($0, &found) } }
        found.layout.isPremultiplied = isPremultiplied
        for property in properties where property.name == "auxC" && isAlpha(property.body) { found.channels = 4 }
        var graph = try graph()
        found.decodedPixels = try graph.pixels(of: primary)
        let coded = graph.items[primary]?.video.sides ?? PictureSides()
        found.width = max(found.width, coded.width)
        found.height = max(found.height, coded.height)
        noteColors(graph, &found)
    }

    /// A phone's picture has a few hundred. What is behind the limit was not read, and a decoder would read it.
    private static let mostPieces = 100_000

    private func checkPieces() throws(CodecError) {
        guard pieces <= Self.mostPieces, extents.count < HEIFExtent.most(in: file) else {
            throw CodecError(.tooLarge, "The picture's container has more than \(Self.mostPieces) parts.")
        }
        if hasTwins { throw CodecError(.damaged, "Two items of the picture have the same number.") }
    }

    /// Whether there is room for so many more.
    private mutating func count(_ more: Int) -> Bool {
        pieces += more
        return pieces <= Self.mostPieces
    }

    /// Versioned boxes begin with a byte of version and three of flags.
    private func full(_ body: Range<Int>) -> Range<Int> { min(body.lowerBound + 4, body.upperBound)..<body.upperBound }

    private mutating func each(_ range: Range<Int>, _ visit: (inout HEIFMeta, String, Range<Int>) -> Void) {
        var boxes: [(String, Range<Int>)] = []
        _ = HEIFWalk.walk(file, range, most: max(0, Self.mostPieces + 1 - pieces)) { boxes.append(($0, $1)) }
        guard count(boxes.count) else { return }
        for (name, body) in boxes { visit(&self, name, body) }
    }

    private mutating func read(_ name: String, _ body: Range<Int>) {
        switch name {
        // There is one. Each of a thousand more could cost as much as the longest.
        case "iloc" where !hasLocations:
            hasLocations = true
            extents = HEIFExtent.read(file, body)
        case "idat" where data.isEmpty: data = body
        case "iinf": readItems(body)
        case "iref": readReferences(body)
        case "iprp": each(body) { meta, name, body in meta.readProperties(name, body) }
        default: break
        }
    }

    private mutating func readPrimary(_ body: Range<Int>) {
        let width = file[body.lowerBound] == 0 ? 2 : 4
        primary = file.number(at: body.lowerBound + 4, width) ?? 0
    }

    private mutating func readItems(_ body: Range<Int>) {
        let head = file[body.lowerBound] == 0 ? 6 : 8
        guard body.count > head else { return }
        each(body.lowerBound + head..<body.upperBound) { meta, name, body in
            guard name == "infe", let version = meta.file[body.lowerBound], version >= 2 else { return }
            let width = version == 2 ? 2 : 4
            meta.readItem(meta.file.number(at: body.lowerBound + 4, width), body.lowerBound + 4 + width + 2)
        }
    }

    /// Notes are items beside the picture: `Exif`, and `mime` for XMP.
    private mutating func readItem(_ number: Int?, _ type: Int) {
        guard let number else { return }
        let kind = String(decoding: file.copy(at: type, 4), as: UTF8.self)
        codings.note(kind, isPrimary: number == primary)
        if kinds.updateValue(kind, forKey: number) != nil { hasTwins = true }
        if file.matches("Exif", at: type) { exifItems.append(number) }
        if file.matches("Exif", at: type) || file.matches("mime", at: type) { hidden.append(type) }
    }

    /// `cdsc` hangs the notes on the picture. `prem`, from the picture to its alpha: the colours are multiplied by it
    /// (ISO/IEC 23008-12, section 6.6.2.1).
    private mutating func readReferences(_ body: Range<Int>) {
        let width = file[body.lowerBound] == 0 ? 2 : 4
        each(full(body)) { meta, name, body in
            if name == "cdsc" { meta.hidden.append(body.lowerBound - 4) }
            let isOurs = meta.file.number(at: body.lowerBound, width) == meta.primary
            if name == "prem", isOurs { meta.isPremultiplied = true }
            if name == "dimg" || name == "auxl" { meta.readReference(name, body.lowerBound, width) }
        }
    }

    private mutating func readReference(_ name: String, _ start: Int, _ width: Int) {
        guard let from = file.number(at: start, width), let many = file.number(at: start + width, 2), count(many) else {
            return
        }
        for index in 0..<many {
            guard let target = file.number(at: start + width + 2 + index * width, width) else { return }
            if name == "dimg" { parts[from, default: []].append(target) } else { auxiliaries.append((from, target)) }
        }
    }

    private mutating func readProperties(_ name: String, _ body: Range<Int>) {
        if name == "ipco" {
            each(body) { meta, name, body in
                if meta.properties.count < Self.mostProperties { meta.properties.append((name, body)) }
            }
        }
        if name == "ipma" { readAssociations(body) }
    }

    private mutating func readAssociations(_ body: Range<Int>) {
        guard let version = file[body.lowerBound], let flags = file[body.lowerBound + 3],
            let count = file.number(at: body.lowerBound + 4, 4)
        else { return }
        let idWidth = version == 0 ? 2 : 4
        let width = flags & 1 == 0 ? 1 : 2
        var position = body.lowerBound + 8
        for _ in 0..<count {
            guard position < body.upperBound, let item = file.number(at: position, idWidth),
                let many = file[position + idWidth], self.count(1 + Int(many))
            else { return }
            position += idWidth + 1
            for _ in 0..<many {
                guard position < body.upperBound, let value = file.number(at: position, width) else { return }
                associations[item, default: []].append(value & (width == 1 ? 0x7F : 0x7FFF))
                position += width
            }
        }
    }

    private func note(_ property: (name: String, body: Range<Int>), _ found: inout PictureStructure) {
        let start = property.body.lowerBound
        switch property.name {
        case "ispe":
            found.width = max(found.width, file.number(at: start + 4, 4) ?? 0)
            found.height = max(found.height, file.number(at: start + 8, 4) ?? 0)
        case "irot": found.quarterTurns = Int(file[start] ?? 0) & 3
        case "pixi": found.bitsPerSample = Int(file[start + 5] ?? 8)
        default: break
        }
    }

    func isAlpha(_ body: Range<Int>) -> Bool {
        let name = String(decoding: file.copy(at: body.lowerBound + 4, min(64, body.count)), as: UTF8.self)
        return name.hasPrefix("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
            || name.hasPrefix("urn:mpeg:hevc:2015:auxid:1")
    }

    /// Both lists can be long, so that each is gone through once.
    private func noteExif(_ found: inout PictureStructure) {
        let wanted = Set(exifItems)
        var places: [Int: HEIFExtent] = [:]
        for extent in extents where !extent.isElsewhere && wanted.contains(extent.item) {
            if places[extent.item] == nil { places[extent.item] = extent }
        }
        for item in exifItems where found.exif == nil { noteExif(at: places[item], &found) }
    }

    /// The Exif item begins with the offset of its TIFF header.
    private func noteExif(at place: HEIFExtent?, _ found: inout PictureStructure) {
        guard let place, let skip = file.number(at: place.offset, 4), file.holds(place.offset, place.length)
        else { return }
        let start = place.offset + 4 + skip
        guard start < place.offset + place.length else { return }
        found.note(exif: start..<place.offset + place.length, in: file)
    }

    /// A decoder reads each item as a whole; those that lie upon each other could make it read for hours.
    private var itemBytes: Int { extents.reduce(0) { $1.isElsewhere ? $0 : $0 + min($1.length, file.count) } }
}
