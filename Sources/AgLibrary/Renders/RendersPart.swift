package import AgBase
import AgImaging
import AgJobs
import AgModel

/// Pictures made on the fly.
package struct RendersPart: LibraryPart {
    package let renders: Renders
    private let role: Nodes.Role

    package init(on site: PartSite) {
        let (ground, settings, codecs) = (site.ground, site.settings, site.codecs)
        let cache = RenderCache(
            folder: "\(settings.dataFolder)/renders", budget: settings.renders.cacheBytes, files: site.files,
            reserve: ground.reserve, time: ground.time, log: ground.log)
        site[ImagesPart.self].images.whenGone { original in await cache.forget(original) }
        // One more than there are children, so that none waits for the files of the next one.
        renders = Renders(
            settings.renders, delivery: site[DeliveryPart.self].delivery, cache: cache,
            slots: settings.codecs.codecs + 1
        ) { file, order in try await codecs.render(file, order, urgent: true) }
        role = settings.role
    }

    /// A worker makes no renders; those in the folder are a server's.
    package var upkeep: [Upkeep] { role == .server ? [{ await renders.keepTidy() }] : [] }

    // MARK: Settings

    package static let settings: [SettingRow<LibrarySettings>] = [
        SettingRow(
            "render-max-side", .int(16...8_192), \.renders.longestSide,
            help: "The widest and highest that may be asked for."),
        numbers(
            "render-sizes", \.renders.sizes, { 1...$0.longestSide },
            help: "Widths and heights that a token may ask for; signed URLs may ask for any."),
        numbers(
            "render-qualities", \.renders.qualities, { _ in 1...100 },
            help: "Qualities that a token may ask for, beside 80."),
        SettingRow(
            "render-queue", .int(1...100_000), \.renders.queue,
            help: "Different renders that may wait or be under way at once, of which one caller alone gets two thirds; "
                + "more get 429."),
        SettingRow(
            "render-cache-bytes", .bytes(0...(1 << 50)), \.renders.cacheBytes,
            help: "Room for finished renders in the data directory; 0 keeps none."),
    ]

    /// An empty list allows none. The usual sizes shrink with the longest side; chosen ones must fit it.
    private static func numbers(
        _ name: String, _ place: any WritableKeyPath<LibrarySettings, [Int]> & Sendable,
        _ range: @escaping @Sendable (RenderSettings) -> ClosedRange<Int>, help: String
    ) -> SettingRow<LibrarySettings> {
        let usual = LibrarySettings.initial[keyPath: place].map(String.init).joined(separator: ",")
        return SettingRow(
            SettingDefinition(name, .list, default: usual, help: help),
            landing: { (words: [String], settings, isGiven) in
                let allowed = range(settings.renders)
                let numbers = try words.map { try number($0, name) }
                if isGiven { try refuse(numbers.first { !allowed.contains($0) }, allowed, name) }
                settings[keyPath: place] = numbers.filter(allowed.contains)
            })
    }

    private static func number(_ word: String, _ name: String) throws -> Int {
        guard let number = Int(word), number > 0 else {
            throw SettingsProblem(["--\(name) takes whole numbers with commas between them, not '\(word)'."])
        }
        return number
    }

    private static func refuse(_ number: Int?, _ range: ClosedRange<Int>, _ name: String) throws {
        guard let number else { return }
        throw SettingsProblem([
            "--\(name) takes numbers from \(range.lowerBound) to \(range.upperBound), not \(number)."
        ])
    }

    // MARK: Metrics

    package func metrics() -> [MetricFamily] {
        let holdings = renders.holdings
        return [
            MetricFamily(
                "argentum_renders_total", .counter,
                "Renders that a variant was, found in the cache (hit) or not (miss), made by a codec, refused with 429, failed.",
                RenderCounts.Outcome.allCases.map {
                    MetricSample(Double(renders.counts[$0]), ["outcome": $0.rawValue])
                }),
            .gauge("argentum_renders_under_way", "Different renders waiting or being made.", Double(holdings.underWay)),
            .gauge("argentum_render_cache_bytes", "Bytes of renders on the disk.", Double(holdings.bytes)),
            .gauge("argentum_render_cache_files", "Renders on the disk.", Double(holdings.files)),
        ]
    }
}

extension LibrarySettings {
    package var renders: RenderSettings {
        get { self[RenderSettings.self] }
        set { self[RenderSettings.self] = newValue }
    }
}

extension Library {
    package var renders: Renders { self[RendersPart.self].renders }
}
