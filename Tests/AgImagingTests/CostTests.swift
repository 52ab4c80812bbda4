import AgBase
import CVips
import Glibc
import Testing

@testable import AgImaging

/// What the full set costs against the obvious recipe: each variant from the file again, AVIF at effort 4 and 4:4:4.
///
/// Minutes of work, and true only for a release build on a quiet machine, so it runs when asked:
/// `ARGENTUM_COSTS=.build/release/argentum swift test --filter CostTests`.
@Suite("Costs", .enabled(if: getenv("ARGENTUM_COSTS") != nil), .serialized)
struct CostTests {
    @Test(
        "the full set costs a tenth of the obvious recipe", arguments: [(5_640, 3_172), (2_560, 1_600), (2_560, 1_920)])
    func ratio(_ size: (Int, Int)) async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.executable = String(cString: getenv("ARGENTUM_COSTS"))
        }
        let bytes = Picture.photo(size.0, size.1).file(".jpg[Q=92]")
        _ = try await codecs.render(Samples.all[0].bytes)
        var runs: [RenderResult] = []
        for _ in 0..<3 { runs.append(try await codecs.render(bytes)) }
        let ours = runs.map { $0.cpu.inSeconds }.min()!
        let before = cpu()
        let plain = plainRecipe(bytes)
        let theirs = cpu() - before
        await codecs.shutdown()

        let sum = { (format: PictureFormat) in
            runs[0].outputs.filter { $0.format == format }.reduce(0) { $0 + $1.length }
        }
        print(
            "\(size) \(bytes.count >> 10) KB: plain \(theirs) s, ours \(ours) s, ratio \(theirs / ours),",
            "AVIF \(sum(.avif)) / WebP \(sum(.webp)), plain \(plain) bytes")
        #expect(theirs / ours >= 10)
    }

    private func plainRecipe(_ bytes: [UInt8]) -> Int {
        var total = thumbnail(bytes, 150, 150, cut: true).file(".webp[Q=70]").count
        for (width, quality) in [(1_920, 90), (1_024, 85), (640, 80)] {
            total += thumbnail(bytes, width, 100_000, cut: false).file(".webp[Q=\(quality)]").count
            total +=
                thumbnail(bytes, width, 100_000, cut: false)
                .file(".avif[Q=\(quality),effort=4,subsample_mode=off]").count
        }
        return total
    }

    private func thumbnail(_ bytes: [UInt8], _ width: Int, _ height: Int, cut: Bool) -> Picture {
        bytes.withUnsafeBytes { raw in
            Picture(cvips_plain_thumbnail(raw.baseAddress, raw.count, Int32(width), Int32(height), cut ? 1 : 0))
                .made { vips_image_copy_memory($0) }
        }
    }

    private func cpu() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}

/// Files from a folder, such as a corpus of hostile ones, sent through probe and render.
///
/// `ARGENTUM_CORPUS=/path swift test --filter CorpusTests` prints what became of each; nothing may harm the pool.
@Suite("A corpus", .enabled(if: getenv("ARGENTUM_CORPUS") != nil), .serialized)
struct CorpusTests {
    @Test("is answered file by file, and the pool goes on")
    func corpus() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            if let program = getenv("ARGENTUM_COSTS") { $0.executable = String(cString: program) }
        }
        for path in files(in: String(cString: getenv("ARGENTUM_CORPUS"))).sorted() {
            let file = try OpenFile(reading: path)
            let begin = ContinuousClock.now
            let probe = await answer { try await codecs.probe(file).colorSpace }
            let probed = ContinuousClock.now
            let render = await answer {
                let result = try await codecs.render(file, .standard)
                return "made with \(result.cpu)"
            }
            print("\(path): probe \(probed - begin) \(probe) | render \(ContinuousClock.now - probed) \(render)")
            #expect(try await codecs.probe(Samples.all[0].bytes).width == 24)
        }
        await codecs.shutdown()
    }

    private func answer(_ body: () async throws -> String) async -> String {
        do { return try await body() } catch { return "\(error)" }
    }

    private func files(in folder: String) -> [String] { names(in: folder).map { folder + "/" + $0 } }
}
