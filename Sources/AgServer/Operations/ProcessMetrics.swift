import AgBase
import Glibc

/// What the kernel knows of this process, under the names that dashboards expect.
enum ProcessMetrics {
    static func families(startedAt: Timestamp) -> [MetricFamily] {
        let started = Double(startedAt.milliseconds) / 1_000
        var families = [
            MetricFamily.gauge(
                "process_start_time_seconds", "When the process began, in seconds since 1970.", started),
            MetricFamily(
                "process_cpu_seconds_total", .counter, "Processor time used.", [MetricSample(processorSeconds())]),
            MetricFamily(
                "argentum_build_info", .gauge, "Always 1; the version is in the label.",
                [MetricSample(1, ["version": Program.version])]),
        ]
        if let bytes = residentBytes() {
            families.append(.gauge("process_resident_memory_bytes", "Memory in use.", bytes))
        }
        return families
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    /// The second number of `/proc/self/statm` counts pages.
    private static func residentBytes() -> Double? {
        guard let file = try? OpenFile(reading: "/proc/self/statm"), let bytes = try? file.read(at: 0, count: 256)
        else {
            return nil
        }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Double(words[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
