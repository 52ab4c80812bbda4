import AgBase
import AgBlobs
import AgLibrary
import AgModel
import AgTesting
import Testing

/// Every call to the file system fails once, and from some call on for ever, on every path that writes or removes.
/// What must hold after each: an honest answer, nothing half done, and a sound library once the disk works again.
@Suite("A library on a failing disk", .timeLimit(.minutes(10)))
struct FailingDiskTests {
    struct Trouble: Sendable, CustomTestStringConvertible {
        let name: String
        /// errno on Linux.
        let code: Int32
        let span: FaultyFiles.Span
        let answer: Fault.Kind
        var testDescription: String { "\(name), \(span)" }
    }

    /// One kind of trouble in each span says most; all of them take minutes.
    static let troubles = Effort.isFull ? all : Array(all.filter { $0.code == 28 })

    private static let all = FaultyFiles.Span.allCases.flatMap { span in
        [
            Trouble(name: "no space", code: 28, span: span, answer: .insufficientStorage),
            Trouble(name: "input/output error", code: 5, span: span, answer: .unavailable),
            Trouble(name: "too many open files", code: 24, span: span, answer: .unavailable),
        ]
    }

    let picture = PNGFile.drawn(30, 20)

    /// Opens the library on a sound disk and looks whether everything holds.
    private func inspect(_ folder: TemporaryFolder, _ body: (LibraryDesk) async throws -> Void) async throws {
        try await LibraryDesk.with(folder: folder) { desk in
            try await desk.library.ground.removals.removeAll()
            let ground = desk.library.ground
            let verifier = Verifier(
                database: ground.database, blobs: ground.blobs, queue: ground.queue, time: ground.time, grace: .zero)
            #expect(try await verifier.verify().findings == [])
            #expect(desk.temporaryFiles == [])
            try await body(desk)
        }
    }

    @Test("an upload is stored whole or answered with 507 or 503", arguments: troubles)
    func upload(_ trouble: Trouble) async throws {
        for nth in 1... {
            let folder = TemporaryFolder()
            let files = FaultyFiles(failing: nth, trouble.span, with: trouble.code, longestWrite: 500)
            var isStored = false
            do {
                try await LibraryDesk.with(folder: folder, files: files) { desk in
                    _ = try await desk.upload(picture)
                    isStored = true
                }
            } catch let fault as Fault {
                #expect(fault.kind == trouble.answer, "call \(nth)")
            } catch is BlobError {
                // The library did not even open.
            }
            try await inspect(folder) { desk in
                #expect(try await desk.count("images") == (isStored ? 1 : 0), "after failing call \(nth)")
                try await desk.upload(picture)
                #expect(desk.pictureFiles.count == 1)
            }
            guard files.broke else { break }
        }
    }

    @Test("variants are made whole, at last, or their job waits or fails with the reason", arguments: troubles)
    func variants(_ trouble: Trouble) async throws {
        for nth in 1... {
            let folder = TemporaryFolder()
            let id = try await LibraryDesk.with(folder: folder) { try await $0.upload(picture).image.id }
            let files = FaultyFiles(failing: nth, trouble.span, with: trouble.code, longestWrite: 400)
            var status: ImageStatus?
            do {
                try await LibraryDesk.with(folder: folder, files: files) { desk in
                    try await desk.work(patiently: trouble.span == .once)
                    status = try await desk.library.images.progress(id).status
                }
            } catch is BlobError {
                // The library did not even open.
            }
            if trouble.span == .once, let status { #expect(status == .completed, "call \(nth)") }
            try await inspect(folder) { desk in
                if status == .failed { _ = try await desk.library.images.reprocess(id, [.generateVariants]) }
                try await desk.work()
                #expect(try await desk.library.images.progress(id).status == .completed, "after failing call \(nth)")
            }
            guard files.broke else { break }
        }
    }

    /// The first trouble leaves as much behind as it can: from one call on, nothing works any more. The second meets
    /// the start that cleans up.
    @Test("a start that fails while it cleans up leaves it to the next one", arguments: troubles)
    func secondTrouble(_ trouble: Trouble) async throws {
        for first in stride(from: 5, through: 60, by: Effort.rounds(short: 4, full: 1)) {
            let folder = TemporaryFolder()
            let files = FaultyFiles(failing: first, .forever, with: trouble.code)
            let stored = await uploads(in: folder, files)
            guard files.broke else { break }
            for second in 1... {
                let worse = FaultyFiles(failing: second, trouble.span, with: trouble.code)
                do {
                    try await LibraryDesk.with(folder: folder, files: worse) { _ in }
                } catch is BlobError {
                    // Not opened: what is left lies there for the next start.
                }
                guard worse.broke else { break }
            }
            try await inspect(folder) { desk in
                let count = try await desk.count("images")
                #expect(count == stored, "after failing call \(first)")
            }
        }
    }

    /// How many of one upload were stored.
    private func uploads(in folder: TemporaryFolder, _ files: FaultyFiles) async -> Int {
        do {
            try await LibraryDesk.with(folder: folder, files: files) { desk in _ = try await desk.upload(picture) }
            return 1
        } catch {
            return 0
        }
    }

    @Test("a deletion's files go, now or at the next start", arguments: troubles)
    func deletion(_ trouble: Trouble) async throws {
        for nth in 1... {
            let folder = TemporaryFolder()
            let id = try await LibraryDesk.with(folder: folder) { desk in
                let id = try await desk.upload(picture).image.id
                try await desk.work()
                return id
            }
            let files = FaultyFiles(failing: nth, trouble.span, with: trouble.code)
            var isDeleted = false
            do {
                try await LibraryDesk.with(folder: folder, files: files) { desk in
                    try await desk.library.images.delete(id)
                    isDeleted = true
                    try await desk.library.ground.removals.removeAll()
                }
            } catch is BlobError {
                // Not opened, or the files are still noted.
            }
            try await inspect(folder) { desk in
                #expect(desk.pictureFiles.count == (isDeleted ? 0 : 7), "after failing call \(nth)")
            }
            guard files.broke else { break }
        }
    }

    @Test("a verification says that it could not look, and changes nothing", arguments: troubles)
    func verification(_ trouble: Trouble) async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { desk in
            _ = try await desk.upload(picture)
            try await desk.work()
        }
        for nth in 1... {
            let files = FaultyFiles(failing: nth, trouble.span, with: trouble.code)
            do {
                let report = try await LibraryDesk.with(folder: folder, files: files) { desk in
                    try await desk.library.ground.verifier.verify(repair: true)
                }
                #expect(!files.broke || !report.isSound, "call \(nth) failed and nobody was told")
            } catch is BlobError {}
            try await inspect(folder) { #expect($0.pictureFiles.count == 7, "after failing call \(nth)") }
            guard files.broke else { break }
        }
    }
}
