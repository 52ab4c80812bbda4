import AgBase
import AgBlobs
import AgTesting
import Testing

@Suite("The ballast")
struct BallastTests {
    let folder = TemporaryFolder()

    private func ballast(_ files: any FileOperations) -> Ballast {
        Ballast(path: folder.file("b"), folder: folder.path, files: files, log: Log(to: SilentSink()))
    }

    @Test("takes its room, gives it away once it is needed, and is made again when there is room for it twice")
    func life() async {
        let disk = SmallDisk(total: 320 << 20)
        let ballast = ballast(disk)
        #expect(await !ballast.release())
        ballast.prepare()
        #expect(disk.free == 310 << 20)
        #expect(folder.files() == ["b"])

        disk.take(disk.free)
        #expect(await ballast.release())
        #expect(disk.free == 10 << 20)
        // Others that failed with it may try again as well.
        #expect(await ballast.release())
        ballast.restore()
        #expect(folder.files() == [])

        disk.take(-10 << 20)
        ballast.restore()
        #expect(folder.files() == ["b"])
        #expect(disk.free == 10 << 20)
    }

    @Test("is known again after a restart, made larger or whole when it is short, and no draft stays")
    func restart() throws {
        let disk = SmallDisk(total: 320 << 20)
        ballast(disk).prepare()
        ballast(disk).prepare()
        #expect(disk.free == 310 << 20)
        try disk.remove(folder.file("b"))
        for name in ["b", "b.part"] { _ = try disk.create(folder.file(name)) }
        ballast(disk).prepare()
        #expect(disk.free == 310 << 20)
        #expect(folder.files() == ["b"])
    }

    @Test("is given away before a database is opened for which there is no room")
    func start() async {
        let disk = SmallDisk(total: 320 << 20)
        ballast(disk).prepare()
        disk.take(disk.free)
        ballast(disk).prepare()
        #expect(disk.free == 10 << 20)
        #expect(folder.files() == [])
    }

    @Test("that cannot be made is no fault of the start", arguments: 1...7)
    func failing(nth: Int) {
        ballast(FaultyFiles(failing: nth, .forever, with: 28)).prepare()
        #expect(folder.files().allSatisfy { !$0.hasSuffix(".part") } || nth > 5)
    }
}
