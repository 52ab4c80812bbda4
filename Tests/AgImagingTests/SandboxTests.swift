import AgBase
import Glibc
import Testing

@testable import AgImaging

@Suite("The sandbox", .timeLimit(.minutes(3)))
struct SandboxTests {
    @Test(
        "refuses what a hijacked codec would try, or kills it for trying",
        arguments: [
            SandboxDrill.openPassword, .openOwnBinary, .createFile, .socket, .fork, .execute, .executableMemory, .trace,
            .killParent, .raiseLimits, .devourMemory, .allocateTwoGigabytes, .localSocket, .removeFile, .readParent,
            .enterNamespace, .openRing,
        ])
    func attack(_ drill: SandboxDrill) async throws {
        let codecs = try await TestCodecs.shared.value
        close(open("/tmp/argentum-drill-victim", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        do {
            #expect(try await codecs.drill(drill) == "refused")
        } catch let error as CodecError {
            // Signal 31 is SIGSYS: the call filter.
            #expect(error.code == .crashed && error.message.contains("signal 31"), "\(error)")
        }
        #expect(access("/tmp/argentum-drill", F_OK) != 0)
        #expect(access("/tmp/argentum-drill-victim", F_OK) == 0)
        #expect(try await codecs.render(Samples.all[0].bytes).outputs.count == 6)
    }

    @Test("has every child without privileges and under a call filter")
    func state() async throws {
        // Other tests start children at the same time; a limit that nobody else uses marks ours.
        let mark: Int64 = 345_678_848
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.renderMemory = mark
            $0.probeMemory = mark
        }
        let states = try children(withWord: "\(mark)").map { try status(of: $0) }

        #expect(states.count == 2)
        for state in states {
            #expect(state["Seccomp"] == "2")
            #expect(state["NoNewPrivs"] == "1")
            #expect(state["CapEff"] == "0000000000000000" && state["CapBnd"] == "0000000000000000")
        }
        await codecs.shutdown()
    }

    @Test("lets children that make pictures step back, and not the one that an upload waits for")
    func niceness() async throws {
        let (renders, probes): (Int64, Int64) = (345_678_849, 345_678_850)
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.renderMemory = renders
            $0.probeMemory = probes
            $0.renderNiceness = 10
        }
        for (memory, expected) in [(renders, 10), (probes, 0)] {
            let found = try children(withWord: "\(memory)").map { getpriority(Int32(PRIO_PROCESS.rawValue), id_t($0)) }
            #expect(found == [Int32(expected) + getpriority(Int32(PRIO_PROCESS.rawValue), 0)])
        }
        await codecs.shutdown()
    }

    @Test("is not given drills by a server's settings")
    func noDrills() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.allowsDrills = false
        }
        let error = await #expect(throws: CodecError.self) { try await codecs.drill(.fork) }
        #expect(error?.code == .unavailable)
        await codecs.shutdown()
    }
}

@Suite("The pool", .timeLimit(.minutes(3)))
struct PoolTests {
    private static let good = Samples.all[0].bytes

    private func works(_ codecs: Codecs) async throws -> Bool {
        let probe = try await codecs.probe(Self.good)
        let result = try await codecs.render(Self.good)
        return probe.width == 24 && result.outputs.count == 6
    }

    @Test("goes on after a child that crashed, aborted or babbled", arguments: [SandboxDrill.crash, .abort, .babble])
    func crash(_ drill: SandboxDrill) async throws {
        let codecs = try await TestCodecs.shared.value

        let error = await #expect(throws: CodecError.self) { try await codecs.drill(drill) }

        #expect(error?.code == .crashed)
        #expect(try await works(codecs))
    }

    @Test("kills a child that burns processor time beyond the picture's share, and blames the picture")
    func burning() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probeTime = Allowance(processor: .milliseconds(400), wall: .seconds(120))
        }

        let error = await #expect(throws: CodecError.self) { try await codecs.drill(.spin) }

        #expect(error?.code == .timedOut && error?.blamesThePicture == true && error?.blamesTheMachine == false)
        #expect(try await works(codecs))
        await codecs.shutdown()
    }

    @Test("kills a child that has no processor time for long, and blames the machine")
    func starving() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probeTime = Allowance(processor: .seconds(30), wall: .milliseconds(400))
        }

        let error = await #expect(throws: CodecError.self) { try await codecs.drill(.sleep) }

        #expect(error?.code == .stalled && error?.blamesThePicture == false && error?.blamesTheMachine == true)
        #expect(error?.message.contains("not judged") == true)
        await codecs.shutdown()
    }

    @Test("refuses the memory of a child that devours it, and the child lives")
    func memory() async throws {
        let codecs = try await TestCodecs.start { $0.codecs = 1 }

        #expect(try await codecs.drill(.devourMemory) == "refused")
        #expect(try await works(codecs))
        await codecs.shutdown()
    }

    @Test("answers probes while every other child hangs")
    func reservedProbe() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probeTime = Allowance(processor: .seconds(20))
        }
        let stuck = Task { try await codecs.drill(.spin) }

        #expect(try await codecs.probe(Self.good).width == 24)
        stuck.cancel()
        await codecs.shutdown()
        await #expect(throws: (any Error).self) { try await stuck.value }
    }

    @Test("looks again, patiently, at a picture that the first look did not get done")
    func patientProbe() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.quickProbeTime = Allowance(processor: .zero)
        }
        #expect(try await codecs.probe(Self.good).width == 24)
        await codecs.shutdown()

        let strict = try await TestCodecs.start {
            $0.codecs = 1
            $0.quickProbeTime = Allowance(processor: .zero)
            $0.probeTime = Allowance(processor: .zero)
        }
        let error = await #expect(throws: CodecError.self) { try await strict.probe(Self.good) }
        #expect(error?.code == .timedOut)
        await strict.shutdown()
    }

    @Test("answers a probe while another one takes long")
    func secondProbe() async throws {
        let mark: Int64 = 345_678_852
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probeMemory = mark
            $0.probeTime = Allowance(processor: .seconds(60))
        }
        let slow = try #require(try children(withWord: "\(mark)").first)

        kill(slow, SIGSTOP)
        let widths = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 { group.addTask { try await codecs.probe(Self.good).width } }
            let first = try await group.next()
            kill(slow, SIGCONT)
            return [first, try await group.next()]
        }

        #expect(widths == [24, 24])
        await codecs.shutdown()
    }

    @Test("drops the work of a cancelled task, and starts the next at once")
    func cancel() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.probeTime = Allowance(processor: .seconds(60))
        }
        let stuck = Task { try await codecs.drill(.spin) }
        let queued = Task { try await codecs.render(Picture.photo(1_200, 900).file(".jpg")) }
        stuck.cancel()
        queued.cancel()

        await #expect(throws: (any Error).self) { try await stuck.value }
        await #expect(throws: CancellationError.self) { try await queued.value }
        #expect(try await works(codecs))
        await codecs.shutdown()
    }

    @Test("ends the render when the thumbnail's taker throws")
    func takerThrows() async throws {
        struct Enough: Error {}
        let codecs = try await TestCodecs.shared.value
        let file = try memoryFile(Picture.photo(1_600, 1_200).file(".jpg"))

        await #expect(throws: Enough.self) {
            try await codecs.render(file, .standard, onThumbnail: { _ in throw Enough() })
        }
        #expect(try await works(codecs))
    }

    @Test("gives the thumbnail before the rest is made")
    func thumbnailFirst() async throws {
        let codecs = try await TestCodecs.shared.value
        let file = try memoryFile(Picture.photo(800, 600).file(".jpg"))
        let desk = try RenderDesk(.standard)
        var order: [Int] = []

        for try await reply in codecs.stream(
            .render(PictureLimits(), .standard), [file] + desk.files, Allowance(processor: .seconds(60)))
        {
            if case .picture(let index, _, _, _, _) = reply { order.append(index) }
        }
        var thumbnails: [RenderedPicture] = []
        let result = try await codecs.render(file, .standard, onThumbnail: { thumbnails.append($0) })

        #expect(order == [0, 1, 2, 3, 4, 5, 6])
        #expect(thumbnails.map(\.name) == ["thumbnail"] && thumbnails.first?.length == result.thumbnail?.length)
    }

    @Test("leaves the original as it was, and reads from its begin wherever others stand")
    func original() async throws {
        let codecs = try await TestCodecs.shared.value
        let file = try memoryFile(Self.good)
        lseek(file.descriptor, 17, SEEK_SET)

        _ = try await codecs.render(file, .standard)

        #expect(lseek(file.descriptor, 0, SEEK_CUR) == 17)
        #expect(try file.read(at: 0, count: Self.good.count) == Self.good)
    }

    @Test("replaces children that have done their share")
    func recycle() async throws {
        let codecs = try await TestCodecs.start {
            $0.codecs = 1
            $0.recycleAfter = 2
        }
        for _ in 0..<5 { #expect(try await works(codecs)) }
        await codecs.shutdown()
    }

    @Test("answers many at once, each with its own picture")
    func many() async throws {
        let codecs = try await TestCodecs.shared.value
        let widths = Array(20..<60)
        let answers = try await withThrowingTaskGroup(of: (Int, Int, Int).self) { group in
            for width in widths {
                let bytes = Picture.drawn(width, 20) { _, _ in [1, 2, 3] }.file(".png")
                group.addTask {
                    let probe = try await codecs.probe(bytes)
                    let result = try await codecs.render(bytes, .only(1_000, .webp))
                    return (width, probe.width, result.outputs[0].width)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == widths.count && answers.allSatisfy { $0.0 == $0.1 && $0.0 == $0.2 })
    }

    @Test("does not start with a program that is no codec")
    func wrongProgram() async {
        for program in ["/bin/true", "/nowhere/argentum"] {
            let error = await #expect(throws: CodecError.self) {
                try await TestCodecs.start { $0.executable = program }
            }
            #expect(error?.code == .unavailable, "\(program)")
        }
    }

    @Test("answers what comes after the shutdown")
    func afterShutdown() async throws {
        let codecs = try await TestCodecs.start { $0.codecs = 1 }
        await codecs.shutdown()

        let error = await #expect(throws: CodecError.self) { try await codecs.probe(Self.good) }
        #expect(error?.code == .unavailable)
    }

    @Test("refuses an order that does not fit")
    func order() async throws {
        let codecs = try await TestCodecs.shared.value
        let output = RenderOutput(name: "x", width: 10, format: .webp, quality: 80)
        let many = RenderOrder(outputs: Array(repeating: output, count: 17))
        let none = RenderOrder(outputs: [RenderOutput(name: "x", width: 0, format: .webp, quality: 80)])
        let gif = RenderOrder.only(10, .gif)
        for order in [many, none, gif] {
            let error = await #expect(throws: CodecError.self) { try await codecs.render(Self.good, order) }
            #expect(error?.code == .unsupportedFormat)
        }
    }

    @Test("names the versions that decide the bytes")
    func recipe() {
        let version = Codecs.recipeVersion
        #expect(version.hasPrefix("2;vips-8."))
        #expect(!version.contains("unknown") && !version.contains("none"), "\(version)")
    }

    @Test("starts at most five children in a second")
    func spawnRate() {
        var rate = SpawnRate()
        let now = ContinuousClock.now
        for _ in 0..<5 { #expect(rate.delay(now) == .zero) }
        #expect(rate.delay(now) == .seconds(1))
        #expect(rate.delay(now + .seconds(3)) == .zero)
    }
}
