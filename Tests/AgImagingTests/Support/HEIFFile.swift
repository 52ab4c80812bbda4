/// An AVIF or HEIC container of items as a test wants them; what is coded in them is only zeros, where nothing else is said.
struct HEIFFile {
    struct Item {
        var kind = "av01"
        var width = 64
        var height = 64
        var parts: [Int] = []
        var bytes = [UInt8](repeating: 0, count: 16)
        /// Beside its size.
        var properties: [Property] = []
    }

    struct Property: Equatable {
        let name: String
        let body: [UInt8]

        static func numbers(_ primaries: Int, _ transfer: Int) -> Property {
            let numbers = [primaries, transfer, 6].flatMap { Bomb.big($0, 2) }
            return Property(name: "colr", body: Array("nclx".utf8) + numbers + [0x80])
        }

        static func profile(_ bytes: [UInt8]) -> Property { Property(name: "colr", body: Array("prof".utf8) + bytes) }
    }

    /// Numbered from 1; the first is the picture.
    var items: [Item]
    var brand = "avif"

    static func grid(_ rows: Int, _ columns: Int, _ width: Int, _ height: Int, _ parts: [Int]) -> Item {
        let bytes = [0, 0, UInt8(rows - 1), UInt8(columns - 1)] + Bomb.big(width, 2) + Bomb.big(height, 2)
        return Item(kind: "grid", width: width, height: height, parts: parts, bytes: bytes)
    }

    static func overlay(_ width: Int, _ height: Int, _ parts: [Int]) -> Item {
        let bytes = [0, 0] + [UInt8](repeating: 0, count: 8) + Bomb.big(width, 2) + Bomb.big(height, 2)
        return Item(
            kind: "iovl", width: width, height: height, parts: parts,
            bytes: bytes + [UInt8](repeating: 0, count: 4 * parts.count))
    }

    /// The whole file.
    var bytes: [UInt8] {
        let head = box("ftyp", Array(brand.utf8) + Bomb.big(0) + Array("\(brand)mif1".utf8))
        let length = meta(at: 0).count
        return head + meta(at: head.count + length + 8) + box("mdat", items.flatMap(\.bytes))
    }

    private func meta(at start: Int) -> [UInt8] {
        var place = start
        var infos: [UInt8] = []
        var locations: [UInt8] = []
        var properties: [[UInt8]] = []
        var links: [UInt8] = []
        var references: [UInt8] = []
        for (index, item) in items.enumerated() {
            let number = Bomb.big(index + 1, 2)
            infos += box("infe", [2, 0, 0, 0] + number + [0, 0] + Array(item.kind.utf8) + [0])
            locations += number + [0, 0, 0, 1] + Bomb.big(place) + Bomb.big(item.bytes.count)
            place += item.bytes.count
            let own =
                [box("ispe", Bomb.big(0) + Bomb.big(item.width) + Bomb.big(item.height))]
                + item.properties.map { box($0.name, $0.body) }
            links += number + [UInt8(own.count)]
            for place in own.indices { links += Bomb.big(0x8000 | (properties.count + place + 1), 2) }
            properties += own
            let parts = item.parts.flatMap { Bomb.big($0, 2) }
            if !parts.isEmpty { references += box("dimg", number + Bomb.big(item.parts.count, 2) + parts) }
        }
        let count = Bomb.big(items.count, 2)
        let associations = box("ipma", [0, 0, 0, 1] + Bomb.big(items.count) + links)
        let body =
            box("pitm", Bomb.big(0) + [0, 1]) + box("iinf", Bomb.big(0) + count + infos)
            + box("iloc", Bomb.big(0) + [0x44, 0] + count + locations)
            + box("iprp", box("ipco", properties.flatMap { $0 }) + associations) + box("iref", Bomb.big(0) + references)
        return box("meta", Bomb.big(0) + body)
    }

    private func box(_ name: String, _ body: [UInt8]) -> [UInt8] { Bomb.big(8 + body.count) + Array(name.utf8) + body }
}
