/// Small files whose parts lie upon each other, or name each other so often that a careless walk takes hours.
enum CrowdedFile {
    /// A good page, then 5,000 of which each names sixteen directories in a stretch where every byte begins one of
    /// 65,535 entries. With stride 0 they are the same for all pages, with 16 all are different.
    static func tiff(stride: Int) -> [UInt8] {
        var file = TIFFFile(TIFFFile.Page(64, 48)).bytes
        let pages = 5_000
        file.replaceSubrange(file.count - 4..<file.count, with: Bomb.little(file.count, 4))
        let table = file.count + 18 * pages
        let crowd = table + 4 * (16 + stride * pages)
        for page in 1...pages {
            let next = page == pages ? 0 : file.count + 18
            file += Bomb.little(1, 2) + Bomb.little(330, 2) + Bomb.little(4, 2) + Bomb.little(16, 4)
            file += Bomb.little(table + 4 * stride * page, 4) + Bomb.little(next, 4)
        }
        for index in 0..<16 + stride * pages { file += Bomb.little(crowd + index, 4) }
        return file + [UInt8](repeating: 0xFF, count: 800_000)
    }

    /// As many items with camera notes as there are pieces of them: each could be looked for in all of the other list.
    static func heifNotes() -> [UInt8] {
        let items = (2..<9_000).flatMap { number in
            box("infe", [2, 0, 0, 0] + Bomb.big(number, 2) + [0, 0] + Array("Exif".utf8))
        }
        // 90,000 runs of no bytes, all of item 1.
        let runs: [UInt8] = [0, 1, 0, 0, 0xAF, 0xC8, 0, 1, 0, 0, 0xAF, 0xC8]
        let list = box("iinf", [0, 0, 0, 0, 0x23, 0x26] + items)
        let places = box("iloc", [0, 0, 0, 0, 0, 0, 0, 2] + runs)
        return heif(places + (0..<5).flatMap { _ in list })
    }

    /// Associations that say of themselves that they go on behind their box.
    static func heifShortAssociations() -> [UInt8] {
        let short = box("ipma", [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 255])
        let part = box("iprp", (0..<9_000).flatMap { _ in short })
        return heif(box("iprp", box("ipco", size)) + (0..<20).flatMap { _ in part })
    }

    /// One item is the other's alpha 49,000 times, and has its one property 49,000 times: each pair could be looked up in all of
    /// the other list.
    static func heifAlphas() -> [UInt8] {
        let times = 49_000
        let pair: [UInt8] = [0, 2] + Bomb.big(times, 2)
        let references = box("iref", [0, 0, 0, 0] + box("auxl", pair + (0..<times).flatMap { _ in [UInt8]([0, 1]) }))
        let runs = (0..<times / 250).flatMap { _ in [0, 2, 250] + [UInt8](repeating: 1, count: 250) }
        let owned = box("ipma", [0, 0, 0, 0] + Bomb.big(times / 250, 4) + runs)
        return heif(references + box("iprp", box("ipco", size) + owned))
    }

    private static let size = box("ispe", [0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 64])

    private static func heif(_ parts: [UInt8]) -> [UInt8] {
        let head = box("ftyp", Array("avif".utf8) + [0, 0, 0, 0] + Array("avifmif1".utf8))
        return head + box("meta", [0, 0, 0, 0] + box("pitm", [0, 0, 0, 0, 0, 1]) + parts)
    }

    private static func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
        Bomb.big(8 + body.count) + Array(name.utf8) + body
    }
}
