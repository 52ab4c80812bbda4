package import AgBase
package import AgBlobs
package import AgJobs
import AgModel
package import AgSQL

/// Holds rows, files and hashes against each other, on a stopped and on a running installation.
///
/// Without `repair` it changes nothing. With it, odd files go to the quarantine, derived pictures are made again, and
/// an original that is gone is marked lost; no picture is ever deleted.
package struct Verifier: Sendable {
    let database: any Database
    let blobs: any BlobStore
    let queue: JobQueue
    let time: any TimeSource
    /// Stray files younger than this are not moved.
    let grace: Duration
    /// The subjects whose rows refer to files.
    let parts: [any LibraryPart.Type]

    package init(
        database: any Database, blobs: any BlobStore, queue: JobQueue, time: any TimeSource,
        grace: Duration = .seconds(3_600), parts: [any LibraryPart.Type] = LibraryParts.all
    ) {
        self.database = database
        self.blobs = blobs
        self.queue = queue
        self.time = time
        self.grace = grace
        self.parts = parts
    }

    /// Reads every byte that is kept. `progress` is told of each file.
    package func verify(
        repair: Bool = false, progress: @Sendable (VerifyReport) -> Void = { _ in }
    ) async throws -> VerifyReport {
        var report = VerifyReport()
        report.findings += try await databaseFindings()
        if repair { try await database.write { try UnfinishedOriginals.mend(in: $0) } }
        for source in parts.references { try await checkFiles(source, repair, &report, progress) }
        try await checkThumbnails(repair, &report)
        try await findStrays(repair, &report)
        return report
    }

    private func databaseFindings() async throws -> [Finding] {
        try await database.integrityFindings().map { Finding(.database, "database", $0) }
    }

    /// Pages through the rows that refer to files, so that memory does not grow with the library.
    private func checkFiles(
        _ references: @escaping FileReference.Source, _ repair: Bool, _ report: inout VerifyReport,
        _ progress: @Sendable (VerifyReport) -> Void
    ) async throws {
        var last = ""
        while true {
            let start = last
            let page = try await database.read { try references(start, 256, $0) }
            guard let end = page.last else { return }
            for reference in page {
                try await check(reference, repair, &report)
                progress(report)
            }
            last = end.path.text
        }
    }

    private func check(_ reference: FileReference, _ repair: Bool, _ report: inout VerifyReport) async throws {
        switch reference.owner {
        case .original: report.originals += 1
        case .variant: report.variants += 1
        case .subject: break
        }
        guard let finding = try await problem(with: reference, &report) else { return }
        // What was deleted or replaced while we read is no finding: names are used once, so one that a row refers to
        // still stands for the file that was read.
        guard try await database.read({ try parts.refer(to: reference.path, in: $0) }) else { return }
        switch repair ? try await mend(reference, finding.kind) : .left {
        case .done(let how): report.findings.append(finding.repaired(how))
        case .left: report.findings.append(finding)
        case .outdated: return
        }
    }

    private func problem(with reference: FileReference, _ report: inout VerifyReport) async throws -> Finding? {
        let path = reference.path.text
        do {
            switch try await blobs.check(reference.path, reference.recorded) {
            case .whole:
                report.bytesRead += reference.byteCount
                return reference.isLost
                    ? Finding(.foundAgain, path, "An original that was marked lost is back.") : nil
            case .changed(let found):
                report.bytesRead += found.byteCount
                return Self.changed(reference, "It has \(found.byteCount) bytes with SHA-256 \(found.sha256)")
            }
        } catch let error as BlobError where error.code == .notFound {
            return reference.isLost
                ? Self.lost(path) : Finding(.missingFile, path, "The row refers to a file that is not there.")
        } catch let error as BlobError where error.code == .changed {
            return Self.changed(reference, error.message)
        } catch let error as BlobError {
            return Finding(.unreadableFile, path, error.description)
        }
    }

    private static func lost(_ path: String) -> Finding {
        Finding(.lostOriginal, path, "Upload the same file again, or delete its images.")
    }

    private static func changed(_ reference: FileReference, _ what: String) -> Finding {
        if reference.isLost { return lost(reference.path.text) }
        let recorded = reference.recorded
        return Finding(
            .changedFile, reference.path.text,
            "\(what); recorded are \(recorded.byteCount) with \(recorded.sha256).")
    }
}
