/// What the coded items say of themselves, and the colours that come of it and of the container's words.
extension HEIFMeta {
    /// By item. Throws `tooLarge` where an item has more units than any picture.
    func videos() throws(CodecError) -> [Int: VideoHeader] {
        var videos: [Int: VideoHeader] = [:]
        // Many tiles share one.
        var known: [Int: VideoHeader] = [:]
        for (item, kind) in kinds where kind == "av01" || kind == "hvc1" {
            var video = VideoHeader()
            for number in Set(associations[item] ?? []).sorted() where properties.indices.contains(number - 1) {
                let property = properties[number - 1]
                guard property.name == "av1C" || property.name == "hvcC" else { continue }
                if known[number] == nil { known[number] = try Self.configured(property, file) }
                known[number].map { video.add($0) }
            }
            videos[item] = video
        }
        for (item, bytes) in bytes(of: ["av01"]) { videos[item]?.add(try Self.counted(AV1Header.read(bytes))) }
        for (item, bytes) in bytes(of: ["hvc1"]) { videos[item]?.add(try Self.counted(HEVCHeader.read(bytes))) }
        return videos
    }

    private static func configured(
        _ property: (name: String, body: Range<Int>), _ file: ByteView
    ) throws(CodecError) -> VideoHeader {
        guard property.name == "av1C" else {
            return try counted(HEVCHeader.read(configuration: file, property.body))
        }
        // Behind four bytes of its own.
        let start = min(property.body.lowerBound + 4, property.body.upperBound)
        return try counted(AV1Header.read(HEIFItemBytes(file, [start..<property.body.upperBound])))
    }

    private static func counted(_ header: VideoHeader?) throws(CodecError) -> VideoHeader {
        guard let header else {
            throw CodecError(.tooLarge, "A part of the picture is coded in more pieces than any picture has.")
        }
        return header
    }

    // MARK: Colours

    /// What is known of an item's colours.
    private struct Colors: Equatable {
        var profile: Range<Int>?
        var signal: ColorSignal?
    }

    /// Colours stand at the picture, or at the pieces that it is put together of, where these agree; numbers in the coded
    /// stream count where the container has none.
    func noteColors(_ graph: HEIFGraph, _ found: inout PictureStructure) {
        var known: [Int: Colors] = [:]
        let all = colors(of: primary, graph, &known)
        found.signal = all.signal
        // Each counts once, however often a file repeats it.
        let own = Set(properties(of: primary).filter { isProfile($0) }.map(\.body)).reduce(0) { $0 + $1.count }
        found.profileBytes = own > 0 ? own : all.profile?.count ?? 0
    }

    /// What no ring can make endless: the graph was walked before.
    private func colors(of item: Int, _ graph: HEIFGraph, _ known: inout [Int: Colors]) -> Colors {
        if let colors = known[item] { return colors }
        var colors = said(of: item)
        let node = graph.items[item] ?? HEIFItem()
        let isDescribed = colors.profile != nil || colors.signal != nil
        if colors.signal == nil { colors.signal = node.video.signal }
        if ["grid", "iovl", "iden"].contains(node.kind), let common = common(of: Set(node.parts), graph, &known) {
            if !isDescribed { colors.profile = common.profile }
            if colors.signal == nil { colors.signal = common.signal }
        }
        known[item] = colors
        return colors
    }

    private func common(of parts: Set<Int>, _ graph: HEIFGraph, _ known: inout [Int: Colors]) -> Colors? {
        guard let first = parts.min().map({ colors(of: $0, graph, &known) }) else { return nil }
        var same: Set<Range<Int>?> = [first.profile]
        for part in parts {
            let colors = colors(of: part, graph, &known)
            guard colors.signal == first.signal else { return nil }
            // Tiles share a profile, or have copies of it, each of which is looked at once.
            if same.insert(colors.profile).inserted, !isEqual(colors.profile, first.profile) { return nil }
        }
        return first
    }

    private func isEqual(_ one: Range<Int>?, _ other: Range<Int>?) -> Bool {
        guard let one, let other, one.count == other.count else { return false }
        return file.copy(at: one.lowerBound, one.count) == file.copy(at: other.lowerBound, other.count)
    }

    /// The container's own words about an item.
    private func said(of item: Int) -> Colors {
        var colors = Colors()
        for property in properties(of: item) where property.name == "colr" {
            let start = property.body.lowerBound
            if file.matches("nclx", at: start), let primaries = file.number(at: start + 4, 2),
                let transfer = file.number(at: start + 6, 2)
            {
                colors.signal = ColorSignal(primaries: primaries, transfer: transfer)
            }
            if isProfile(property) {
                colors.profile = min(start + 4, property.body.upperBound)..<property.body.upperBound
            }
        }
        return colors
    }

    private func isProfile(_ property: (name: String, body: Range<Int>)) -> Bool {
        let start = property.body.lowerBound
        return property.name == "colr" && (file.matches("prof", at: start) || file.matches("rICC", at: start))
    }
}
