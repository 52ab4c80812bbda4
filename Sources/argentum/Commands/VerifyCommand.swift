import AgBase
import AgLibrary
import AgSQL
import AgServer
import Glibc
import Synchronization

/// `argentum verify`: rows, files and hashes against each other.
enum VerifyCommand: Command {
    static let name = "verify"
    static let summary =
        "Check every row, file and hash; changes nothing, works beside a running server. Exit code 13 for findings."
    static let options = [repair.definition]
    static let settings =
        ArgentumSettings.clientRows.filter { !["server", "token", "ca-file"].contains($0.name) }
        + ArgentumSettings.storageRows

    private static let repair = Setting<Bool>(
        .init(
            "repair", .bool, default: "false",
            help: "Make derived pictures again and move stray files to the quarantine; deletes nothing.", isOption: true
        ))

    static func run(_ call: CommandCall) async throws -> ExitCode {
        _ = try call.words(0...0, of: self)
        let settings = try LibrarySettings(call.settings)
        if case .sqlite(let path) = settings.database {
            guard DataFolder.exists(path) else {
                throw Failure(.notFound, "There is no installation in \(settings.dataFolder): \(path) is missing.")
            }
            if call.settings[required: repair] { try checkWritable(path) }
        }
        return try await DataFolder.explaining(settings) { try await verify(settings, call) }
    }

    /// A repair that cannot write would fail half-way.
    private static func checkWritable(_ path: String) throws {
        let folder = DatabasePlace.sqlite(path: path).folder ?? "."
        guard access(folder, W_OK) != 0 || access(path, W_OK) != 0 else { return }
        throw Failure(
            .error,
            "\(path) cannot be repaired where it is: \(OpeningTrouble.advice(for: errno)) "
                + "Without --repair it can be verified.")
    }

    private static func verify(_ settings: LibrarySettings, _ call: CommandCall) async throws -> ExitCode {
        let sink = StandardErrorSink(format: .text)
        defer { sink.flush() }
        let log = Log(to: sink, level: .warning)
        let repairs = call.settings[required: repair]
        let wasAtRest = LibraryGround.isAtRest(settings)
        let ground =
            try await repairs ? LibraryGround.open(settings, log: log) : LibraryGround.inspect(settings, log: log)
        let meter = Meter(isShown: call.output.hasBar)
        do {
            let report = try await ground.verifier.verify(repair: repairs) { meter.show($0) }
            meter.clear()
            await ground.close()
            guard repairs || !wasAtRest || LibraryGround.isAtRest(settings) else {
                throw Failure(.error, "A server was started while the installation was checked. Run the check again.")
            }
            tell(report, call.output)
            return report.isSound ? .ok : .verificationFailed
        } catch {
            await ground.close()
            throw error
        }
    }

    private static func tell(_ report: VerifyReport, _ output: Output) {
        for finding in report.findings {
            output.result(
                json(finding),
                "\(finding.kind.rawValue): \(finding.subject): \(finding.detail)\(finding.repair.map { " -> \($0)" } ?? "")"
            )
        }
        let counts =
            "\(report.originals) originals, \(report.variants) variants, \(readable(byteCount: report.bytesRead)) read"
        output.result(
            [
                "originals": .int(report.originals), "variants": .int(report.variants),
                "bytesRead": .int(report.bytesRead), "findings": .int(report.findings.count),
                "newerFiles": .int(report.newerFiles), "sound": .bool(report.isSound),
            ],
            (report.findings.isEmpty ? "Everything holds: \(counts)." : "\(report.findings.count) findings: \(counts).")
                + age(report))
    }

    private static func age(_ report: VerifyReport) -> String {
        guard report.newerFiles > 0 else { return "" }
        return
            " \(report.newerFiles) files are newer than every row: the database may be an older copy than the storage. Put "
            + "the newer one back, or move them to the quarantine with --repair."
    }

    private static func json(_ finding: Finding) -> JSONValue {
        [
            "kind": .string(finding.kind.rawValue), "subject": .string(finding.subject),
            "detail": .string(finding.detail), "repair": .optional(finding.repair),
        ]
    }
}

/// A line that tells how many files were read.
private final class Meter: Sendable {
    private let isShown: Bool
    private let shownAt = Mutex<ContinuousClock.Instant?>(nil)

    init(isShown: Bool) {
        self.isShown = isShown
    }

    func show(_ report: VerifyReport) {
        guard isShown, isDue() else { return }
        let files = report.originals + report.variants
        Output.write("\r\(files) files, \(readable(byteCount: report.bytesRead))\u{1B}[K", to: 2)
    }

    func clear() {
        if isShown { Output.write("\r\u{1B}[K", to: 2) }
    }

    private func isDue() -> Bool {
        let now = ContinuousClock.now
        return shownAt.withLock { shownAt in
            if let last = shownAt, now - last < .milliseconds(100) { return false }
            shownAt = now
            return true
        }
    }
}
