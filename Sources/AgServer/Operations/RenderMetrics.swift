package import AgLibrary

/// Pictures made on the fly, in numbers.
package enum RenderMetrics {
    package static func families(_ renders: Renders) -> [MetricFamily] {
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
