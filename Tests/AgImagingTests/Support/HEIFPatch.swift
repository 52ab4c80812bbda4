/// Puts into an AVIF or HEIC file what libvips does not write: a rotation, as a phone does, and signalled colours.
enum HEIFPatch {
    /// Adds an `irot` property of so many anticlockwise quarter turns to the first item.
    static func rotated(_ bytes: [UInt8], _ turns: Int) -> [UInt8] {
        with(property: "irot", [UInt8(turns)], bytes)
    }

    /// Adds an `imir` property to the first item: 0 exchanges top and bottom, 1 left and right.
    static func mirrored(_ bytes: [UInt8], _ axis: Int) -> [UInt8] {
        with(property: "imir", [UInt8(axis)], bytes)
    }

    private static func with(property name: String, _ body: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var file = bytes
        let properties = find("ipco", in: file)
        let count = boxes(in: file, properties + 8..<properties + number(file, properties, 4)).count
        let associations = find("ipma", in: file)
        // ipma: head, version and flags, number of entries, then the first entry's item and its count.
        let countPlace = associations + 8 + 4 + 4 + 2
        let box = [0, 0, 0, UInt8(8 + body.count)] + Array(name.utf8) + body
        let sum = box.count + 1
        shiftItems(in: &file, by: sum)
        for (name, amount) in [("meta", sum), ("iprp", sum), ("ipco", box.count), ("ipma", 1)] {
            grow(name, by: amount, &file)
        }
        file[countPlace] += 1
        let end = countPlace + 1 + Int(bytes[countPlace])
        file.insert(0x80 | UInt8(count + 1), at: end)
        file.insert(contentsOf: box, at: properties + number(bytes, properties, 4))
        return file
    }

    /// The first item of a file, with what its decoder needs to know.
    static func item(of file: [UInt8], _ width: Int, _ height: Int) -> HEIFFile.Item {
        let kind = has("hvcC", in: file) ? ("hvc1", "hvcC") : ("av01", "av1C")
        let configuration = find(kind.1, in: file)
        let locations = find("iloc", in: file)
        let base = locations + 16 + 2 + (file[locations + 8] == 0 ? 0 : 2) + 2
        let entry = base + Int(file[locations + 13] >> 4) + 2
        let start = number(file, base, Int(file[locations + 13] >> 4)) + number(file, entry, 4)
        return HEIFFile.Item(
            kind: kind.0, width: width, height: height, bytes: Array(file[start..<start + number(file, entry + 4, 4)]),
            properties: [
                .init(
                    name: kind.1,
                    body: Array(file[configuration + 8..<configuration + number(file, configuration, 4)]))
            ])
    }

    /// Writes another size into the first `ispe`.
    static func sized(_ bytes: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
        var file = bytes
        let place = find("ispe", in: file) + 12
        put(width, at: place, &file)
        put(height, at: place + 4, &file)
        return file
    }

    /// Writes other primaries and another transfer function into the `nclx` property, or adds one: libheif writes none to HEIC.
    static func signalled(_ bytes: [UInt8], _ primaries: Int, _ transfer: Int) -> [UInt8] {
        guard has("nclx", in: bytes) else { return withSignal(bytes, primaries, transfer) }
        var file = bytes
        let place = find("nclx", in: file) + 8
        for (offset, value) in [(0, primaries), (2, transfer)] {
            file[place + offset] = UInt8(value >> 8)
            file[place + offset + 1] = UInt8(value & 255)
        }
        return file
    }

    /// Adds an `nclx` property to the first item, beside what it has.
    static func withSignal(_ bytes: [UInt8], _ primaries: Int, _ transfer: Int) -> [UInt8] {
        let numbers = [primaries, transfer, 6].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        return with(property: "colr", Array("nclx".utf8) + numbers + [0x80], bytes)
    }

    /// Says that the first item's colours are multiplied by the second item, its alpha.
    static func premultiplied(_ bytes: [UInt8]) -> [UInt8] {
        var file = bytes
        let reference: [UInt8] = [0, 0, 0, 14] + Array("prem".utf8) + [0, 1, 0, 1, 0, 2]
        shiftItems(in: &file, by: reference.count)
        for name in ["meta", "iref"] { grow(name, by: reference.count, &file) }
        file.insert(contentsOf: reference, at: find("iref", in: file) + 12)
        return file
    }

    private static func has(_ name: String, in file: [UInt8]) -> Bool {
        let name = Array(name.utf8)
        return file.indices.dropLast(4).contains { file[$0] == name[0] && file[$0..<$0 + 4].elementsEqual(name) }
    }

    /// Where the box begins, by looking for its name.
    private static func find(_ name: String, in file: [UInt8]) -> Int {
        let name = Array(name.utf8)
        return (4..<file.count - 4).first { file[$0..<$0 + 4].elementsEqual(name) }! - 4
    }

    private static func boxes(in file: [UInt8], _ range: Range<Int>) -> [Int] {
        var places: [Int] = []
        var place = range.lowerBound
        while place < range.upperBound {
            places.append(place)
            place += number(file, place, 4)
        }
        return places
    }

    private static func grow(_ name: String, by amount: Int, _ file: inout [UInt8]) {
        let place = find(name, in: file)
        put(number(file, place, 4) + amount, at: place, &file)
    }

    /// libheif writes offsets and lengths of four bytes and a base of zero or four.
    private static func shiftItems(in file: inout [UInt8], by amount: Int) {
        let place = find("iloc", in: file)
        let version = file[place + 8]
        let base = Int(file[place + 13] >> 4)
        var entry = place + 16
        for _ in 0..<number(file, place + 14, 2) {
            entry += 2 + (version == 0 ? 0 : 2) + 2 + base
            let extents = number(file, entry, 2)
            entry += 2
            for _ in 0..<extents {
                put(number(file, entry, 4) + amount, at: entry, &file)
                entry += 8
            }
        }
    }

    private static func number(_ file: [UInt8], _ place: Int, _ width: Int) -> Int {
        file[place..<place + width].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func put(_ value: Int, at place: Int, _ file: inout [UInt8]) {
        for index in 0..<4 { file[place + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index)) }
    }
}
