/// Builds small TIFFs by hand, right ones and wrong ones.
struct TIFFFile {
    /// A directory: its entries, and where the next one lies; `nil` is the page behind it, or none.
    struct Page {
        var entries: [Int: (type: Int, values: [Int])]
        var pixels: [UInt8]
        var next: Int?
        /// Entries as they are, behind the others: tag, type, count, value or offset.
        var raw: [(Int, Int, Int, Int)] = []
        /// Whether the file ends before it says where the next directory lies.
        var lacksNext = false

        /// Samples of `bits` bits in rows, uncompressed.
        init(
            _ width: Int, _ height: Int, bits: Int = 8, samples: Int = 3, photometric: Int = 2, format: Int = 1,
            pixels: [UInt8]? = nil
        ) {
            let bytes = (width * samples * bits + 7) / 8 * height
            self.pixels = pixels ?? (0..<bytes).map { UInt8(truncatingIfNeeded: $0 * 37) }
            entries = [
                256: (4, [width]), 257: (4, [height]), 258: (3, Array(repeating: bits, count: samples)), 259: (3, [1]),
                262: (3, [photometric]), 277: (3, [samples]), 278: (4, [height]), 279: (4, [self.pixels.count]),
                339: (3, Array(repeating: format, count: samples)),
            ]
            if photometric == 3 { entries[320] = (3, (0..<3 << bits).map { $0 * 257 & 0xFFFF }) }
            if photometric == 6 { entries[530] = (3, [1, 1]) }
        }
    }

    var pages: [Page]
    var isBig = false
    /// Pages of which directory entry 330 of the first one tells.
    var subPages: [Page] = []
    var trailer: [UInt8] = []

    init(_ pages: Page...) {
        self.pages = pages
    }

    var bytes: [UInt8] {
        var file: [UInt8] = isBig ? [0x4D, 0x4D, 0, 42] : [0x49, 0x49, 42, 0]
        file += [0, 0, 0, 0]
        let further = subPages.map { put($0, into: &file, next: 0) }
        var link = 4
        for (index, page) in pages.enumerated() {
            var page = page
            if index == 0, !further.isEmpty { page.entries[330] = (4, further) }
            let place = put(page, into: &file, next: page.next ?? 0)
            file.replaceSubrange(link..<link + 4, with: number(place, 4))
            link = page.next == nil && !page.lacksNext ? file.count - 4 : 4
            if link == 4 { break }
        }
        return file + trailer
    }

    /// Where the directory lies.
    private func put(_ page: Page, into file: inout [UInt8], next: Int) -> Int {
        var entries = page.entries
        entries[273] = (4, [file.count])
        file += page.pixels + (page.pixels.count % 2 == 0 ? [] : [0])
        var records: [UInt8] = []
        for (tag, value) in entries.sorted(by: { $0.key < $1.key }) {
            let width = [1: 1, 2: 1, 3: 2, 4: 4, 7: 1][value.type]!
            var body = value.values.flatMap { number($0, width) }
            if body.count > 4 {
                let place = file.count
                file += body + (body.count % 2 == 0 ? [] : [0])
                body = number(place, 4)
            }
            records += number(tag, 2) + number(value.type, 2) + number(value.values.count, 4)
            records += body + [UInt8](repeating: 0, count: 4 - body.count)
        }
        for (tag, type, count, value) in page.raw {
            records += number(tag, 2) + number(type, 2) + number(count, 4) + number(value, 4)
        }
        let place = file.count
        file += number(entries.count + page.raw.count, 2) + records + (page.lacksNext ? [] : number(next, 4))
        return place
    }

    private func number(_ value: Int, _ width: Int) -> [UInt8] {
        let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBig ? little.reversed() : little
    }
}
