import AgBase
import AgContract
import AgTesting
import Glibc
import Testing

@testable import argentum

@Suite("What an upload sends")
struct UploadPlanTests {
    private let folder = TemporaryFolder()
    private let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func put(_ name: [UInt8], _ bytes: [UInt8]) throws {
        let path = LocalPath(folder.path).appending(name)
        let file = path.withCString { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        try #require(file >= 0)
        _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    private func put(_ name: String, _ bytes: [UInt8]) throws { try put(Array(name.utf8), bytes) }

    private func inside(_ path: LocalPath) -> String { String(path.text.dropFirst(folder.path.count + 1)) }

    @Test("Folders are walked in order; what neither begins nor is called like a picture, and what is hidden, stays")
    func walk() throws {
        for sub in ["b", "b/c", ".hidden"] { mkdir("\(folder.path)/\(sub)", 0o700) }
        try put("z.png", png)
        try put("a.bin", png)
        try put("b/note.txt", Array("hello".utf8))
        try put("b/c/deep.webp", Array("RIFF0000WEBPVP8 ".utf8))
        try put("b/x.heic", Array("0000ftypheic".utf8))
        try put(".hidden/x.png", png)
        symlink(folder.path, "\(folder.path)/loop")

        let plan = UploadPlan([LocalPath(folder.path)])

        #expect(plan.items.map { inside($0.path) } == ["a.bin", "b/c/deep.webp", "b/x.heic", "z.png"])
        #expect(plan.skipped == 2)
        #expect(plan.byteCount == 44)
        #expect(plan.refused.isEmpty)
    }

    @Test("What is called like a picture is sent or refused, never passed over")
    func broken() throws {
        try put("empty.PNG", [])
        try put("text.jpg", Array("hello".utf8))
        try put("jpg", Array("hello".utf8))
        symlink("empty.PNG", "\(folder.path)/link.jpeg")
        mkfifo("\(folder.path)/pipe.gif", 0o600)

        let plan = UploadPlan([LocalPath(folder.path)])

        #expect(plan.items.map { inside($0.path) } == ["empty.PNG", "text.jpg"])
        #expect(plan.refused.map { inside($0.path) } == ["link.jpeg", "pipe.gif"])
        #expect(plan.skipped == 1)
    }

    @Test("A file that was named is sent whatever it is; one that is not there is refused")
    func named() throws {
        try put("note.txt", Array("hello".utf8))
        let named = ["\(folder.path)/note.txt", "\(folder.path)/none.jpg", "/dev/null"]
        let plan = UploadPlan(named.map { LocalPath($0) })
        #expect(plan.items.map(\.byteCount) == [5])
        #expect(plan.refused.map(\.path.text) == ["\(folder.path)/none.jpg", "/dev/null"])
    }

    @Test("A name that is no UTF-8 is found, opened and shown")
    func oddNames() throws {
        let name: [UInt8] = [0x66, 0xFC, 0x72] + Array(".png".utf8)
        try put(name, png)
        let found = try #require(UploadPlan([LocalPath(folder.path)]).items.first)
        #expect(found.path.bytes.suffix(name.count) == name[...])
        #expect(found.path.name == "f\u{FFFD}r.png")
        #expect(try found.path.open().length() == 8)
    }

    @Test("Words of the command line get back the bytes that decoding took from them")
    func restore() {
        let (one, two): ([UInt8], [UInt8]) = ([0x61, 0xFC], [0x61, 0xFD])
        let arguments = [Array("upload".utf8), one, Array("b".utf8), two]
        let words = arguments.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        let paths = LocalPath.restore(Array(words), from: arguments)
        #expect(paths.map(\.bytes) == [one, Array("b".utf8), two])
    }
}

@Suite("What came of an upload")
struct UploadTallyTests {
    private func image(_ id: String, _ status: API.ImageStatus = .pending, isNew: Bool) -> API.UploadedImage {
        .init(image: .example(id, status), isNew: isNew)
    }

    private let failed = ImageEnding(.failed, .init(code: "truncated", class: "invalid", message: "No."))

    @Test("Each file is counted once, as what came of it in the end")
    func counts() throws {
        let tally = UploadTally(Output(wantsJSON: true), hasWaiting: true)
        tally.take("a", image("1", isNew: true))
        tally.take("b", image("2", isNew: false))
        #expect(tally.counts == .init(new: 1, known: 1))
        tally.end(.init(rawValue: "1"), try #require(failed))
        #expect(tally.counts == .init(known: 1, failed: 1))
        #expect(tally.exitCode == .partial)
        #expect(UploadTally.sentence(tally.counts, skipped: 2).hasPrefix("0 new, 1 known, 1 failed, 2 skipped"))
    }

    @Test("What nobody waits for any longer is no success of the whole")
    func left() {
        let tally = UploadTally(Output(wantsJSON: true), hasWaiting: true)
        tally.take("a", image("1", isNew: true))
        tally.leave([.init(rawValue: "1")])
        #expect(tally.exitCode == .partial)
    }

    @Test("Pictures that were completed when they were uploaded are not waited for")
    func completed() {
        let tally = UploadTally(Output(wantsJSON: true), hasWaiting: true)
        tally.take("a", image("1", isNew: true))
        tally.take("b", image("2", .completed, isNew: false))
        tally.take("c", image("3", .failed, isNew: false))
        #expect(tally.endCompleted() == [.init(rawValue: "1"), .init(rawValue: "3")])
        #expect(tally.counts == .init(new: 1, known: 2))
    }
}

@Suite("Pictures that are waited for")
struct RemainderTests {
    @Test("An event concerns the picture that its imageId names, and no other")
    func events() throws {
        let told = Told()
        let (a, b, c) = (id("a"), id("b"), id("c"))
        var left = Remainder([a, b, c]) { id, ending in told.add("\(id) \(ending.status)") }
        left.take(.jobCompleted, try event("x"))
        left.take(.jobCompleted, try event("a", .generateMetadata))
        left.take(.jobQueued, try event("a"))
        left.take(.jobCompleted, "a")
        #expect(left.ids == [a, b, c])
        left.take(.jobCompleted, try event("a"))
        left.take(.jobCompleted, try event("a"))
        left.take(.jobFailed, try event("b"))
        left.take(.imageDeleted, try JSONText.of(API.ImageEvent(imageId: c, generation: 2)))
        #expect(left.isEmpty)
        #expect(told.all == ["a completed", "b failed", "c deleted"])
    }

    private func id(_ text: String) -> API.Image.ID { .init(rawValue: text) }

    private func event(_ image: String, _ kind: API.JobKind = .generateVariants) throws -> String {
        try JSONText.of(
            API.JobEvent(
                jobId: .init(rawValue: "j"), jobName: kind, imageId: id(image), state: .completed, attempt: 1,
                maxAttempts: 3, progress: 100))
    }

    private final class Told {
        var all: [String] = []
        func add(_ text: String) { all.append(text) }
    }
}
