import AgBase
import AgBlobs
import AgImaging
import AgLibrary
import AgSQL
import AgTesting
import Testing

@Suite("Two servers on one storage", .timeLimit(.minutes(3)))
struct SharedStorageTests {
    @Test("One that starts lets the bytes be that another one is just taking in")
    func startBeside() async throws {
        try await LibraryDesk.with { desk in
            let incoming = try desk.library.uploads.begin(filename: "slow.png", for: .server)
            let second = try await Self.open(beside: desk)
            #expect(desk.temporaryFiles.count == 1)
            await second.close()
            _ = incoming
        }
    }

    @Test("One that starts alone takes what lies there for abandoned")
    func startAlone() async throws {
        let folder = TemporaryFolder()
        try await LibraryDesk.with(folder: folder) { _ in }
        try PrivateFile.write("half", to: "\(folder.path)/tmp/left.part")
        try await LibraryDesk.with(folder: folder) { desk in
            #expect(desk.temporaryFiles.isEmpty)
        }
    }

    private static func open(beside desk: LibraryDesk) async throws -> Library {
        var settings = LibrarySettings(dataFolder: "\(desk.folder.path)/second")
        settings.database = .sqlite(path: "\(desk.folder.path)/argentum.sqlite")
        settings.storage = .folder(desk.folder.path)
        settings.codecs = CodecSettings(codecs: 1)
        settings.codecs.executable = BuiltProgram.path
        settings.workerName = "second"
        return try await Library.open(settings, log: Log(to: SilentSink()))
    }
}
