import AgBase
import AgTesting
import Testing

@testable import argentum

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("What an upload sends")
struct UploadPlanTests {
    private let folder = TemporaryFolder()
    private let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func put(_ name: String, _ bytes: [UInt8]) throws {
        let file = open("\(folder.path)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
    }

    @Test("Folders are walked in order; what begins like no picture, is hidden or is a link stays")
    func walk() throws {
        for sub in ["b", "b/c", ".hidden"] { mkdir("\(folder.path)/\(sub)", 0o700) }
        try put("z.png", png)
        try put("a.bin", png)
        try put("b/note.txt", Array("hello".utf8))
        try put("b/c/deep.webp", Array("RIFF0000WEBPVP8 ".utf8))
        try put("b/x.heic", Array("0000ftypheic".utf8))
        try put(".hidden/x.png", png)
        symlink(folder.path, "\(folder.path)/loop")

        let plan = UploadPlan([folder.path])

        #expect(
            plan.items.map { $0.path.dropFirst(folder.path.count + 1) } == [
                "a.bin", "b/c/deep.webp", "b/x.heic", "z.png",
            ])
        #expect(plan.skipped == 2)
        #expect(plan.byteCount == 44)
        #expect(plan.refused.isEmpty)
    }

    @Test("A file that was named is sent whatever it is; one that is not there is refused")
    func named() throws {
        try put("note.txt", Array("hello".utf8))
        let plan = UploadPlan(["\(folder.path)/note.txt", "\(folder.path)/none.jpg", "/dev/null"])
        #expect(plan.items.map(\.byteCount) == [5])
        #expect(plan.refused.map(\.path) == ["\(folder.path)/none.jpg", "/dev/null"])
    }
}
