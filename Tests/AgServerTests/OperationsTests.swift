import AgBase
import AgBlobs
import AgHTTP
import AgLibrary
import AgServer
import AgTesting
import Testing

private struct Broken: Error {}

@Suite("Operations", .everyEngine, .timeLimit(.minutes(1)))
struct OperationsTests {
    @Test("The process says that it lives to anybody")
    func livez() async throws {
        let answer = try await ServerDesk().send(.get, "/livez")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"alive"}"#)
    }

    @Test("Ready means that every check passed; a failed one is named, its reason is not")
    func readyz() async throws {
        let good = ReadinessCheck("database") {}
        let bad = ReadinessCheck("storage") { throw SystemError(call: "open /secret/path", errno: 28) }

        let ready = try await ServerDesk(checks: [good]).send(.get, "/readyz")
        let not = try await ServerDesk(checks: [good, bad]).send(.get, "/readyz")

        #expect(ready.status == 200)
        #expect(try ready.json["checks"]?.array?.map { $0["name"]?.string } == ["database"])
        #expect(not.status == 503)
        #expect(not.code == "not-ready")
        #expect(try not.json["errors"]?.array?.map { $0["subject"]?.string } == ["storage"])
        #expect(!not.text.contains("secret"))
        #expect(not.headers["Retry-After"] == "5")
    }

    @Test("A disk that is full up to its reserve is told as that")
    func storageFull() async throws {
        let full = ReadinessCheck("storage") { throw BlobError(.full, "3 bytes are free in /secret/path.") }
        let answer = try await ServerDesk(checks: [full]).send(.get, "/readyz")
        #expect(answer.status == 503)
        #expect(try answer.json["errors"]?.array?.map { $0["code"]?.string } == ["storage-full"])
        #expect(!answer.text.contains("secret"))
    }

    @Test("Checks run once for all who ask within five seconds")
    func cached() async throws {
        let runs = Collected<Int>()
        let desk = try await ServerDesk(checks: [ReadinessCheck("database") { runs.add(1) }])
        for _ in 0..<3 { _ = try await desk.send(.get, "/readyz") }
        #expect(runs.all.count == 1)
        desk.clock.advance(.seconds(5))
        _ = try await desk.send(.get, "/readyz")
        #expect(runs.all.count == 2)
    }

    @Test("A check that hangs is a failed one; it is left behind, and not started again while it hangs")
    func hanging() async throws {
        let starts = Collected<Int>()
        let disk = Latch()
        // As four seconds are: over for the first check that hangs, not yet over once the disk works again.
        let patience = Latch()
        let works = Collected<Bool>()
        let clock = HandClock()
        let checks = [
            ReadinessCheck("codecs") {},
            // As a write to a disk that hangs: cancelling it changes nothing.
            ReadinessCheck("storage") {
                starts.add(1)
                await disk.passStubbornly()
            },
        ]
        let readiness = Readiness(checks, time: clock, log: Log(to: SilentSink())) {
            try await (works.all.isEmpty ? patience : Latch()).pass()
        }

        // The other check races with a patience that is over; only what hangs is sure to lose.
        func isStorageGood(_ findings: [Readiness.Finding]) -> Bool? { findings.first { $0.name == "storage" }?.isGood }
        async let first = readiness.findings()
        async let second = readiness.findings()
        while starts.all.isEmpty { await Task.yield() }
        patience.open()
        #expect(await isStorageGood(first) == false)
        #expect(await isStorageGood(second) == false)
        for _ in 0..<3 {
            clock.advance(.seconds(5))
            #expect(await isStorageGood(readiness.findings()) == false)
        }
        #expect(starts.all.count == 1)

        works.add(true)
        disk.open()
        while await readiness.findings().contains(where: { !$0.isGood }) {
            clock.advance(.seconds(5))
            await Task.yield()
        }
        #expect(starts.all.count == 2)
    }

    @Test("A server that stops is not ready any more, whatever was found before")
    func stopping() async throws {
        let readiness = Readiness([ReadinessCheck("database") {}], time: HandClock(), log: Log(to: SilentSink()))
        #expect(await readiness.findings().allSatisfy(\.isGood))
        await readiness.stop()
        let findings = await readiness.findings()
        #expect(findings.map(\.name) == ["stopping"])
        #expect(findings.map(\.isGood) == [false])
    }

    @Test("Metrics are the text format of Prometheus, counted by pattern and not by path")
    func metrics() async throws {
        let desk = try await ServerDesk(metricSources: [
            {
                [MetricFamily("argentum_jobs", .gauge, "Jobs.", [MetricSample(3, ["kind": "a\"b\\c\nd"])])]
            }
        ])
        _ = try await desk.send(.delete, "/api/tokens/01936f5e-0000-7000-8000-000000000000", as: .fixed)
        _ = try await desk.send(.get, "/nowhere/at/all")
        for method in ["BREW", "brew", "get"] as [HTTPMethod] { _ = try await desk.send(method, "/nowhere") }

        let answer = try await desk.send(.get, "/metrics", as: .reader)

        #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = answer.text.split(separator: "\n")
        #expect(
            lines.contains(#"argentum_http_requests_total{method="DELETE",route="/api/tokens/{id}",status="404"} 1"#))
        #expect(lines.contains(#"argentum_http_requests_total{method="GET",route="none",status="404"} 1"#))
        // However many names clients invent for methods, they are one series.
        #expect(lines.contains(#"argentum_http_requests_total{method="other",route="none",status="404"} 3"#))
        #expect(lines.contains(#"argentum_jobs{kind="a\"b\\c\nd"} 3"#))
        #expect(lines.contains(#"argentum_http_request_duration_seconds_count{route="/api/tokens/{id}"} 1"#))
        #expect(lines.contains(#"argentum_http_request_duration_seconds_bucket{route="/api/tokens/{id}",le="+Inf"} 1"#))
    }

    @Test("Every metric has its help and type before its samples, and every line can be read")
    func metricsForm() async throws {
        let text = try await ServerDesk().send(.get, "/metrics", as: .reader).text
        let sample = /[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+/
        var known: Set<Substring> = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                known.insert(line.split(separator: " ")[2])
            } else if !line.hasPrefix("# HELP ") {
                #expect(line.wholeMatch(of: sample) != nil, "\(line)")
                let name = line.prefix { $0 != "{" && $0 != " " }
                #expect(known.contains { name.hasPrefix($0) }, "\(line)")
            }
        }
        #expect(known.contains("process_resident_memory_bytes"))
    }
}
