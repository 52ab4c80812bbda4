import Testing

@testable import AgImaging

@Suite("A child's time with a picture")
struct StintTests {
    private static let begin = ContinuousClock.now
    private let stint = Stint(Allowance(processor: .seconds(30)), began: begin, used: .seconds(500), cores: 4)

    /// What the clocks say, and what follows: the pause until the next look, or the code of the end.
    private static let cases: [(wall: Duration, used: Duration?, pause: Duration?, code: CodecError.Code?)] = [
        (.zero, .seconds(500), .seconds(7.5), nil),
        // All four cores at work would use up the rest in this time.
        (.seconds(10), .seconds(510), .seconds(5), nil),
        (.seconds(299), .seconds(502), .seconds(1), nil),
        (.seconds(40), .seconds(529.999), .milliseconds(20), nil),
        (.seconds(31), .seconds(530), nil, .timedOut),
        (.seconds(300), .seconds(502), nil, .stalled),
        // Both are over: the picture had what one may have.
        (.seconds(301), .seconds(531), nil, .timedOut),
        // Gone: the next wait hears of it.
        (.seconds(299), nil, .seconds(1), nil),
    ]

    @Test("is over by its own processor time, and by ten times as much of the world's", arguments: cases.indices)
    func verdict(_ index: Int) {
        let (wall, used, pause, code) = Self.cases[index]

        switch stint.verdict(at: Self.begin + wall, used: used) {
        case .goOn(let found): #expect(found == pause)
        case .over(let error): #expect(error.code == code)
        }
    }
}
