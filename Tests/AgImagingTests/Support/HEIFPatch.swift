/// Puts a rotation into an AVIF or HEIC file, as a phone does: libvips writes none.
enum HEIFPatch {
    /// Adds an `irot` property of so many anticlockwise quarter turns to the first item.
    static func rotated(_ bytes: [UInt8], _ turns: Int) -> [UInt8] {
        var file = bytes
        let properties = find("ipco", in: file)
        let count = boxes(in: file, properties + 8..<properties + number(file, properties, 4)).count
        let associations = find("ipma", in: file)
        // ipma: head, version and flags, number of entries, then the first entry's item and its count.
        let countPlace = associations + 8 + 4 + 4 + 2
        let rotation: [UInt8] = [0, 0, 0, 9] + Array("irot".utf8) + [UInt8(turns)]
        shiftItems(in: &file, by: 10)
        for (name, amount) in [("meta", 10), ("iprp", 10), ("ipco", 9), ("ipma", 1)] { grow(name, by: amount, &file) }
        file[countPlace] += 1
        let end = countPlace + 1 + Int(bytes[countPlace])
        file.insert(0x80 | UInt8(count + 1), at: end)
        file.insert(contentsOf: rotation, at: properties + number(bytes, properties, 4))
        return file
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
