import AgBase
import AgTesting
import Glibc
import Testing

@Suite("Files")
struct FileTests {
    private let folder = TemporaryFolder()

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    @Test("A file is read from anywhere, up to its end")
    func read() throws {
        try PrivateFile.write("0123456789", to: path("a"))
        let file = try OpenFile(reading: path("a"))
        #expect(try file.length() == 10)
        #expect(try file.read(at: 0, count: 4) == Array("0123".utf8))
        #expect(try file.read(at: 8, count: 100) == Array("89".utf8))
        #expect(try file.read(at: 10, count: 1).isEmpty)
        #expect(try file.read(at: 3, count: 0).isEmpty)
    }

    @Test("What is not there is told by its errno")
    func missing() throws {
        #expect(throws: SystemError(call: "open", errno: ENOENT)) { try OpenFile(reading: path("none")) }
        #expect(try PrivateFile.read(path("none")) == nil)
        #expect(throws: SystemError(call: "open", errno: ENOTDIR)) { try PrivateFile.read("/dev/null/x") }
    }

    @Test("The descriptor is closed when nobody holds the file any more")
    func closed() throws {
        var file: OpenFile? = try OpenFile(reading: "/dev/null")
        let descriptor = try #require(file?.descriptor)
        var before = stat()
        #expect(fstat(descriptor, &before) == 0)
        file = nil
        // Another test may have taken the number meanwhile, but not for /dev/null.
        var after = stat()
        #expect(fstat(descriptor, &after) != 0 || after.st_rdev != before.st_rdev)
    }

    @Test("A private file replaces the old one as a whole, for its owner only, and leaves no draft")
    func privateFile() throws {
        try PrivateFile.write("old and longer", to: path("a"))
        chmod(path("a"), 0o644)
        try PrivateFile.write("new", to: path("a"))
        #expect(try PrivateFile.read(path("a")) == "new")
        var info = stat()
        stat(path("a"), &info)
        #expect(info.st_mode & 0o777 == 0o600)
        #expect(folder.files() == ["a"])
    }

    @Test("A private file that cannot be put in place leaves no draft")
    func privateFileFails() throws {
        mkdir(path("taken"), 0o700)
        try PrivateFile.write("x", to: path("taken/inside"))
        #expect(throws: SystemError.self) { try PrivateFile.write("y", to: path("taken")) }
        #expect(folder.files() == ["taken/inside"])
    }

    @Test("A system call is made again when a signal interrupted it, and only then")
    func interrupted() throws {
        var calls = 0
        let result: Int = try sys("test") {
            calls += 1
            errno = calls < 3 ? EINTR : 0
            return calls < 3 ? -1 : 7
        }
        #expect(result == 7)
        #expect(calls == 3)
        #expect(throws: SystemError(call: "test", errno: EIO)) {
            try sys("test") {
                errno = EIO
                return -1
            }
        }
    }
}
