import AgBase
import AgImaging
import AgLibrary
import AgModel
import AgTesting
import Testing

@Suite("On a machine that is too busy", .everyEngine, .timeLimit(.minutes(2)))
struct BusyMachineTests {
    private let picture = PNGFile.drawn(40, 30)

    @Test("an upload that cannot be checked is not judged: it is to come again, and nothing of it is kept")
    func probe() async throws {
        try await LibraryDesk.with(codecs: { $0.probeTime.wall = .zero }) { desk in
            let fault = try #require(await #expect(throws: Fault.self) { try await desk.upload(picture) })

            #expect(fault.kind == .unavailable && fault.code == "codec-unavailable" && fault.retryAfter != nil)
            #expect(desk.pictureFiles.isEmpty && desk.temporaryFiles.isEmpty)
            #expect(try await desk.count("images") == 0)
        }
    }

    @Test("a picture that cannot be made stays in the queue, and the attempt costs it nothing")
    func render() async throws {
        try await LibraryDesk.with(codecs: { $0.renderTime.wall = .zero }) { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work(patiently: false)

            let waiting = "jobs WHERE state = 'queued' AND attempt = 0 AND error_code = 'codec-stalled'"
            #expect(try await desk.count(waiting) == 1)
            #expect(try await desk.library.images.progress(id).status != .failed)
        }
    }

    @Test("a picture that takes more processor time than one may is refused, or fails, at once")
    func costly() async throws {
        try await LibraryDesk.with(codecs: { $0.probeTime.processor = .zero }) { desk in
            let fault = await #expect(throws: Fault.self) { try await desk.upload(picture) }

            #expect(fault?.kind == .unprocessable && fault?.code == "codec-timeout")
        }
        try await LibraryDesk.with(codecs: { $0.renderTime.processor = .zero }) { desk in
            let id = try await desk.upload(picture).image.id
            try await desk.work(patiently: false)

            #expect(try await desk.count("jobs WHERE state = 'failed' AND error_code = 'codec-timeout'") == 1)
            #expect(try await desk.library.images.progress(id).status == .failed)
        }
    }
}
