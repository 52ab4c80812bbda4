import AgBase
import Synchronization
import Testing

@testable import AgImaging

@Suite("The line of pictures")
struct JobLineTests {
    private func job() -> CodecJob {
        CodecJob(
            .selfTest, files: [], allowance: Allowance(processor: .seconds(1)), deliver: { _ in }, finish: { _ in })
    }

    @Test("serves the urgent first, and now and then one of the others")
    func order() throws {
        let line = try JobLine()
        let others = (0..<2).map { _ in job() }
        let urgent = (0..<7).map { _ in job() }
        for job in others { line.add(job) }
        for job in urgent { line.add(job, urgent: true) }
        #expect(line.waitingCount == 9)

        var taken: [String] = []
        while let job = line.take() {
            taken.append(
                urgent.firstIndex { $0 === job }.map { "urgent \($0)" } ?? "other \(others.firstIndex { $0 === job }!)")
        }
        #expect(
            taken == [
                "urgent 0", "urgent 1", "urgent 2", "urgent 3", "other 0", "urgent 4", "urgent 5", "urgent 6",
                "other 1",
            ])
    }

    @Test("passes over what nobody wants any more")
    func cancelled() throws {
        let line = try JobLine()
        let (first, second, third) = (job(), job(), job())
        line.add(first, urgent: true)
        line.add(second)
        line.add(third)
        first.cancel()
        second.cancel()
        #expect(line.take() === third)
        #expect(line.take() == nil)
    }

    @Test("lets go of what nobody wants any more when the next one comes, and gives it no turn")
    func cancelledUrgent() throws {
        let line = try JobLine()
        weak var gone: CodecJob?
        let other = job()
        line.add(other)
        for _ in 0..<JobLine.mostUrgentInARow {
            let urgent = job()
            gone = urgent
            line.add(urgent, urgent: true)
            urgent.cancel()
        }
        let last = job()
        line.add(last, urgent: true)
        #expect(gone == nil)
        #expect(line.waitingCount == 2)
        #expect(line.take() === last)
        #expect(line.take() === other)
        #expect(line.take() == nil)
    }

    @Test("takes turns between callers, and charges them the time that a child spent")
    func fair() throws {
        let line = try JobLine()
        let slow = (0..<3).map { _ in job() }
        let quick = (0..<3).map { _ in job() }
        for job in slow { line.add(job, for: Caller("slow")) }
        for job in quick { line.add(job, for: Caller("quick")) }
        #expect(line.take() === slow[0])
        #expect(line.take() === quick[0])
        #expect(line.take() === slow[1])
    }

    @Test("has no seat for a caller's hundredth job, one for the next caller, and gets them back with the jobs")
    func seats() throws {
        let line = try JobLine(seats: 16)
        let refused = Counted()
        func job() -> CodecJob {
            CodecJob(
                .selfTest, files: [], allowance: Allowance(processor: .seconds(1)), deliver: { _ in },
                finish: { error in if (error as? CodecError)?.code == .busy { refused.count() } })
        }
        var kept: [CodecJob] = []
        for _ in 0..<100 {
            kept.append(job())
            line.add(kept[kept.count - 1], for: Caller("greedy"))
        }
        #expect(line.waitingCount < 16 && refused.number == 100 - line.waitingCount)
        let before = line.waitingCount
        line.add(job(), for: Caller("other"))
        #expect(line.waitingCount == before + 1)
        for job in kept { job.cancel() }
        kept = []
        line.add(job(), for: Caller("other"))
        #expect(line.waitingCount == 2)
        for _ in 0..<10 { line.add(job(), for: Caller("greedy")) }
        #expect(line.waitingCount == 12)
    }

    @Test("answers everybody when it closes")
    func closed() throws {
        let line = try JobLine()
        let ended = Counted()
        for urgent in [true, false] {
            line.add(
                CodecJob(
                    .selfTest, files: [], allowance: Allowance(processor: .seconds(1)), deliver: { _ in },
                    finish: { _ in ended.count() }),
                urgent: urgent)
        }
        line.close()
        line.add(
            CodecJob(
                .selfTest, files: [], allowance: Allowance(processor: .seconds(1)), deliver: { _ in },
                finish: { _ in ended.count() }),
            urgent: true)
        #expect(ended.number == 3)
    }
}

private final class Counted: Sendable {
    private let value = Mutex(0)
    func count() { value.withLock { $0 += 1 } }
    var number: Int { value.withLock { $0 } }
}
