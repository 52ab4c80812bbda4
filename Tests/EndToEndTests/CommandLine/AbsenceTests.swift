import AgRemotes
import AgTesting
import Testing

@testable import argentum

@Suite("A server that is away", .timeLimit(.minutes(1)))
struct AbsenceTests {
    private struct Gone: Error {}

    @Test("is waited for as long as it may stay away, by all together, and announced once")
    func patience() async throws {
        let said = Collected<String>()
        let absence = Absence(patience: .milliseconds(40), firstPause: .milliseconds(5)) { said.add($0) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await #expect(throws: Gone.self) {
                        for attempt in 0... { try await absence.pause(after: Gone(), attempt: attempt) }
                    }
                }
            }
        }
        #expect(absence.isOver)
        #expect(said.all.count == 1)
    }

    @Test("that came back may go away again, with the whole patience")
    func again() async throws {
        let absence = Absence(patience: .milliseconds(40), firstPause: .milliseconds(1)) { _ in }
        for _ in 0..<10 {
            try await absence.pause(after: Gone(), attempt: 3)
            absence.end()
        }
        #expect(!absence.isOver)
    }

    @Test(
        "is known by its answers, and says when it wants to be asked again",
        arguments: [
            (200, nil, false), (400, nil, false), (401, nil, false), (413, nil, false), (422, nil, false),
            (500, nil, false), (507, nil, false), (408, nil, true), (429, "7", true), (502, nil, true),
            (503, "3", true),
            (504, nil, true),
        ] as [(Int, String?, Bool)])
    func answers(_ status: Int, _ retryAfter: String?, _ isAway: Bool) {
        var headers = HeaderFields()
        if let retryAfter { headers.add("Retry-After", retryAfter) }
        let away = ServerAway(ServerClient.Answer(status: status, headers: headers, body: []))
        #expect((away != nil) == isAway)
        #expect(away?.retryAfter == retryAfter.flatMap { Int($0) }.map { .seconds($0) })
    }
}
