import AgBase
import AgImaging
import AgJobs
import AgLibrary
import Testing

@Suite("The settings of the library's subjects")
struct LibrarySettingsTests {
    private static let table = SettingsTable(LibrarySettings.rows.map(\.definition))

    private func landed(_ flags: [String: String] = [:]) throws -> LibrarySettings {
        let settings = try Self.table.resolve(SettingsTable.Origins(flags: flags) { _ in "" })
        var library = LibrarySettings(dataFolder: "argentum-data")
        try library.land(settings)
        return library
    }

    @Test("are what a fresh value holds when none is given: a default is written once")
    func defaults() throws {
        let (landed, fresh) = (try landed(), LibrarySettings(dataFolder: "argentum-data"))
        #expect("\(landed.codecs)" == "\(fresh.codecs)")
        #expect("\(landed.jobs)" == "\(fresh.jobs)")
        #expect("\(landed.events)" == "\(fresh.events)")
        #expect("\(landed.uploads)" == "\(fresh.uploads)")
        #expect("\(landed.renders)" == "\(fresh.renders)")
        #expect(landed.storageReserve == nil && landed.jobKinds == nil)
    }

    @Test("land where they belong")
    func landing() throws {
        let settings = try landed([
            "storage-reserve": "2 MB", "codecs": "3", "allow-unsandboxed": "true", "max-pixels": "2000",
            "max-pixels-heif": "1000", "max-side": "99", "jobs": "variants", "job-retention": "90m",
            "event-retention": "2d", "max-upload": "3 MB", "render-max-side": "64", "render-sizes": "64,16",
            "render-qualities": "", "render-queue": "5", "render-cache-bytes": "0",
        ])
        #expect(settings.storageReserve == 2 << 20)
        #expect(settings.codecs.codecs == 3 && settings.codecs.allowUnsandboxed)
        let limits = settings.codecs.limits
        #expect(limits.maxPixels == 2_000 && limits.maxPixelsHEIF == 1_000 && limits.maxSide == 99)
        #expect(settings.jobKinds == [.generateVariants])
        #expect(settings.jobs.keptHours == 2 && settings.events.keptHours == 48)
        #expect(settings.uploads.limit == 3 << 20 && limits.maxBytes == 3 << 20)
        let renders = settings.renders
        #expect(renders.longestSide == 64 && renders.sizes == [64, 16] && renders.qualities.isEmpty)
        #expect(renders.queue == 5 && renders.cacheBytes == 0)
    }

    @Test("fit to each other: the usual sizes shrink with the longest side")
    func sizes() throws {
        #expect(try landed(["render-max-side": "64"]).renders.sizes == [16, 32, 48, 64])
        #expect(try landed(["jobs": "none"]).jobKinds == [])
    }

    @Test(
        "are refused with a sentence that says what is allowed",
        arguments: [
            ("jobs", "variant", "Known: generate-variants, generate-metadata"),
            ("render-sizes", "5000", "from 1 to 4096, not 5000"),
            ("render-sizes", "a", "whole numbers"), ("render-qualities", "101", "from 1 to 100, not 101"),
        ])
    func refused(_ name: String, _ value: String, _ words: String) {
        let problem = #expect(throws: SettingsProblem.self) { try landed([name: value]) }
        #expect(problem?.description.contains("--\(name) takes") == true)
        #expect(problem?.description.contains(words) == true, "\(String(describing: problem))")
    }
}
