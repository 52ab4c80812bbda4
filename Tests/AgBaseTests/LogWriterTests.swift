import AgTesting
import Glibc
import Synchronization
import Testing

@testable import AgBase

@Suite("Lines that wait to be written")
struct LineBufferTests {
    private func text(_ buffer: inout LineBuffer) -> [String] {
        buffer.takeAll().map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private func buffer(_ mostBytes: Int) -> LineBuffer {
        LineBuffer(mostBytes: mostBytes) { Array("-\($0)".utf8) }
    }

    @Test("Lines come out in the order they came in")
    func order() {
        var buffer = buffer(100)
        for line in ["a", "b", "c"] { buffer.add(Array(line.utf8)) }
        #expect(text(&buffer) == ["a", "b", "c"])
        #expect(buffer.isEmpty)
    }

    @Test("What does not fit is dropped, and its number stands where it is missing")
    func dropped() {
        var buffer = buffer(4)
        for line in ["aa", "bb", "cc", "dd"] { buffer.add(Array(line.utf8)) }
        #expect(text(&buffer) == ["aa", "bb", "-2"])
        buffer.add(Array("ee".utf8))
        #expect(text(&buffer) == ["ee"])
    }

    @Test("Lines that were taken and could not be written are counted with the dropped ones")
    func lost() {
        var buffer = buffer(10)
        buffer.lose(3)
        #expect(!buffer.isEmpty)
        buffer.add(Array("a".utf8))
        #expect(text(&buffer) == ["-3", "a"])
    }

    @Test("A report that could not be written stands for all that it counts, however often")
    func lostReport() {
        var buffer = buffer(10)
        buffer.lose(3)
        for _ in 0..<3 { buffer.lose(buffer.takeAll().reduce(0) { $0 + $1.lineCount }) }
        buffer.add(Array("a".utf8))
        buffer.lose(buffer.takeAll().reduce(0) { $0 + $1.lineCount })
        #expect(text(&buffer) == ["-4"])
    }
}

@Suite("Lines that are written over a failing descriptor")
struct LineOutputTests {
    /// Takes as many bytes a time as the script says; a number below 0 is an error's.
    private final class Descriptor: Sendable {
        private let state: Mutex<(script: [Int], written: [UInt8])>

        init(_ script: [Int]) { state = Mutex((script, [])) }

        var text: String { state.withLock { String(decoding: $0.written, as: UTF8.self) } }

        @Sendable func write(_ bytes: UnsafeRawBufferPointer) -> Result<Int, LineOutput.Failure> {
            state.withLock { state in
                let step = state.script.isEmpty ? bytes.count : state.script.removeFirst()
                if step < 0 { return .failure(.init(number: Int32(-step))) }
                state.written += bytes.prefix(step)
                return .success(min(step, bytes.count))
            }
        }
    }

    struct Case: Sendable {
        let script: [Int]
        let text: String
        var isFirstWritten = false
        var isSecondWritten = true
    }

    private static let full = -Int(ENOSPC)

    static let cases: [Case] = [
        Case(script: [1, 1, 9], text: "ab\ncd\nef\n", isFirstWritten: true),
        Case(script: [-Int(EINTR), 1, -Int(EAGAIN)], text: "ab\ncd\nef\n", isFirstWritten: true),
        Case(script: [full], text: "cd\nef\n"),
        Case(script: [1, full], text: "a\ncd\nef\n"),
        Case(script: [1, 0], text: "a\ncd\nef\n"),
        Case(script: [1, full, full], text: "a\nef\n", isSecondWritten: false),
        Case(script: [1, full, 1, full], text: "a\nef\n", isSecondWritten: false),
        Case(script: [1, full, 2, full], text: "a\nc\nef\n", isSecondWritten: false),
    ]

    @Test("A line that was cut off is ended before the next one", arguments: cases)
    func cutOff(_ example: Case) {
        let descriptor = Descriptor(example.script)
        var output = LineOutput(write: descriptor.write)
        var written: [Bool] = []
        for line in ["ab\n", "cd\n", "ef\n"] { written.append(output.put(Array(line.utf8))) }
        #expect(written == [example.isFirstWritten, example.isSecondWritten, true])
        #expect(descriptor.text == example.text)
    }
}

@Suite("The writer of the log", .timeLimit(.minutes(1)))
struct LogWriterTests {
    /// A pipe whose reader decides when it reads.
    private final class Pipe {
        private(set) var ends: [Int32] = [0, 0]

        init() throws {
            // As in a server: a test that fails and lets its reader go must not end all the others.
            signal(SIGPIPE, SIG_IGN)
            try sys("pipe") { pipe(&ends) }
        }
        deinit { for end in ends { close(end) } }

        /// The bytes until `count` have come.
        func read(_ count: Int) -> String {
            var all: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 65_536)
            while all.count < count, case let got = Glibc.read(ends[0], &piece, piece.count), got > 0 {
                all += piece.prefix(got)
            }
            return String(decoding: all, as: UTF8.self)
        }
    }

    @Test("Everything is written when it was flushed")
    func flush() throws {
        let pipe = try Pipe()
        let writer = LogWriter(descriptor: pipe.ends[1]) { _ in [] }
        for number in 0..<100 { writer.add(Array("line \(number)\n".utf8)) }
        #expect(writer.flush(within: .seconds(10)))
        let text = (0..<100).map { "line \($0)\n" }.joined()
        #expect(pipe.read(text.utf8.count) == text)
    }

    @Test("A reader that stands still holds nobody up, and learns what it missed", arguments: [false, true])
    func stalled(isNonBlocking: Bool) throws {
        let pipe = try Pipe()
        if isNonBlocking { _ = fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK) }
        let writer = LogWriter(descriptor: pipe.ends[1], mostBytes: 100_000) { Array("dropped \($0)\n".utf8) }
        let line = Array((String(repeating: "x", count: 999) + "\n").utf8)
        // Ten times what the pipe and the buffer hold together. Nothing of this waits for the reader.
        for _ in 0..<2_000 { writer.add(line) }
        #expect(!writer.flush(within: .milliseconds(20)))
        var text = ""
        // One report or several, by how fast the reader is.
        while Self.accounted(text) < 2_000 { text += pipe.read(1) }
        #expect(Self.accounted(text) == 2_000 && text.contains("dropped "))
        #expect(writer.flush(within: .seconds(10)))
    }

    /// Lines that arrived, and those that whole reports say were dropped.
    private static func accounted(_ text: String) -> Int {
        text.split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix("dropped ") else { return line.count == 999 ? sum + 1 : sum }
            return sum + (Int(line.dropFirst(8)) ?? 0)
        }
    }

    /// A file whose every write fails.
    private static func fullDevice() throws -> OpenFile {
        OpenFile(adopting: try sys("open") { open("/dev/full", O_WRONLY | O_CLOEXEC) })
    }

    /// Keeps the file open for as long as its thread may write: a closed number is soon another test's file.
    private static func writer(to file: OpenFile) -> LogWriter {
        LogWriter(descriptor: file.descriptor) { [file] count in
            withExtendedLifetime(file) { Array("dropped \(count)\n".utf8) }
        }
    }

    @Test("A reader that left costs its lines and no more")
    func left() throws {
        let writer = try Self.writer(to: Self.fullDevice())
        for _ in 0..<10 { writer.add(Array("x\n".utf8)) }
        #expect(!writer.flush(within: .milliseconds(50)))
    }

    @Test("A failure that lasts over several reports costs no count")
    func counts() throws {
        let pipe = try Pipe()
        let file = try Self.fullDevice()
        let writer = Self.writer(to: file)
        for _ in 0..<10 { writer.add(Array("x\n".utf8)) }
        // Long enough for the report itself to fail.
        #expect(!writer.flush(within: .milliseconds(250)))
        try sys("dup2") { dup2(pipe.ends[1], file.descriptor) }
        #expect(writer.flush(within: .seconds(10)))
        #expect(pipe.read(11) == "dropped 10\n")
    }
}
