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
