extension HEIFMeta {
    /// The items as a decoder goes through them.
    func graph() throws(CodecError) -> HEIFGraph {
        var items = kinds.mapValues { HEIFItem(kind: $0) }
        for (number, parts) in parts { items[number, default: HEIFItem()].parts = parts }
        for number in associations.keys { items[number, default: HEIFItem()].sides = sides(of: number) }
        // A file may name the same pair, and the same property of an item, thousands of times.
        let pairs = Set(auxiliaries.map { Auxiliary(item: $0.item, of: $0.of) })
        let alphas = Set(pairs.map(\.item)).filter(isAlpha(item:))
        for pair in pairs.sorted() where alphas.contains(pair.item) {
            items[pair.of, default: HEIFItem()].alphas.append(pair.item)
        }
        for (number, video) in try videos() { items[number, default: HEIFItem()].video = video }
        for (number, bytes) in payloads { items[number]?.canvas = HEIFCanvas(kinds[number] ?? "", bytes) }
        let all = properties.filter { $0.name == "ispe" }.map { sides($0.body) }
        return HEIFGraph(items, largest: all.max { $0.pixels < $1.pixels } ?? PictureSides())
    }

    func properties(of item: Int) -> some Sequence<(name: String, body: Range<Int>)> {
        (associations[item] ?? []).lazy.filter { properties.indices.contains($0 - 1) }.map { properties[$0 - 1] }
    }

    /// Of several sizes the largest is the one to be careful about.
    private func sides(of item: Int) -> PictureSides {
        properties(of: item).filter { $0.name == "ispe" }.map { sides($0.body) }.max { $0.pixels < $1.pixels }
            ?? PictureSides()
    }

    private func sides(_ body: Range<Int>) -> PictureSides {
        PictureSides(
            width: file.number(at: body.lowerBound + 4, 4) ?? 0, height: file.number(at: body.lowerBound + 8, 4) ?? 0)
    }

    private struct Auxiliary: Hashable, Comparable {
        let item: Int
        let of: Int

        static func < (one: Auxiliary, other: Auxiliary) -> Bool { (one.of, one.item) < (other.of, other.item) }
    }

    private func isAlpha(item: Int) -> Bool {
        properties(of: item).contains { $0.name == "auxC" && isAlpha($0.body) }
    }

    /// The first bytes of grids and overlays.
    private var payloads: [Int: [UInt8]] {
        bytes(of: ["grid", "iovl"]).mapValues { $0.peek(HEIFCanvas.length) }
    }

    /// What the items of these kinds hold.
    func bytes(of wanted: Set<String>) -> [Int: HEIFItemBytes] {
        let wanted = kinds.filter { wanted.contains($0.value) }
        guard !wanted.isEmpty else { return [:] }
        var runs: [Int: [Range<Int>]] = [:]
        for extent in extents where wanted[extent.item] != nil && (extent.isInData || !extent.isElsewhere) {
            let start = min((extent.isInData ? data.lowerBound : 0) + extent.offset, file.count)
            let length = extent.length == 0 ? file.count - start : min(extent.length, file.count - start)
            runs[extent.item, default: []].append(start..<start + length)
        }
        return runs.mapValues { HEIFItemBytes(file, $0) }
    }
}
