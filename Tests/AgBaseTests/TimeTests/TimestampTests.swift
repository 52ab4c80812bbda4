import AgBase
import Testing

@Suite("Moments")
struct TimestampTests {
    static let known: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_795_192_446_120, "2026-11-20T16:34:06.120Z"),
        (4_102_444_799_999, "2099-12-31T23:59:59.999Z"), (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ]

    @Test("A moment is written as RFC 3339 and read back", arguments: known)
    func knownMoments(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test("Every day of four centuries comes back as itself")
    func everyDay() {
        var previous = CivilDay(number: -141_428)
        for number in Int64(-141_427)...4_700 {
            let day = CivilDay(number: number)
            guard CivilDay.number(year: day.year, month: day.month, day: day.day) == number else {
                Issue.record("day \(number) became \(day)")
                return
            }
            let isNext =
                (day.year, day.month, day.day) == (previous.year, previous.month, previous.day + 1)
                || (day.day == 1
                    && (day.month == previous.month + 1 || (day.month == 1 && day.year == previous.year + 1)))
            guard isNext else {
                Issue.record("\(day) does not follow \(previous)")
                return
            }
            previous = day
        }
    }

    @Test(
        "1970 began on a Thursday; the week goes on before it",
        arguments: [(0, 4), (3, 0), (-1, 3), (-4, 0), (20_777, 5)])
    func weekday(_ number: Int64, _ weekday: Int64) {
        #expect(CivilDay(number: number).weekday == weekday)
    }

    @Test(
        "Offsets and fractions of any length are understood",
        arguments: [
            ("2026-11-20T18:34:06.12+02:00", "2026-11-20T16:34:06.120Z"),
            ("2026-11-20T11:04:06-05:30", "2026-11-20T16:34:06.000Z"),
            ("2026-11-20t16:34:06.123456789z", "2026-11-20T16:34:06.123Z"),
            ("2026-11-20 16:34:06Z", "2026-11-20T16:34:06.000Z"), ("2026-11-20T16:34:60Z", "2026-11-20T16:35:00.000Z"),
        ])
    func forms(_ text: String, _ canonical: String) {
        #expect(Timestamp(rfc3339: text)?.rfc3339 == canonical)
    }

    @Test(
        "What is no moment is refused",
        arguments: [
            "", "2026-11-20", "2026-11-20T16:34:06", "2026-13-20T16:34:06Z", "2026-11-00T16:34:06Z",
            "2026-11-20T24:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-20T16:34:06+24:00",
            "2026-11-20T16:34:06+02:60", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:60Z",
            "2026-11-20T16:60:06Z", "2026-11-20T16:34:61Z", "2026-11-20T16:34:06.Z", "2026-11-20T16:34:06.1234567890Z",
            "2026-11-20T16:34:06+0200", "2026-11-20T16:34:06+02:0", "x026-11-20T16:34:06Z", "2026-11-20T16:34:06ZZ",
            "２026-11-20T16:34:06Z", String(repeating: "9", count: 50),
        ])
    func refused(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("The smallest and the largest moment have a day", arguments: [Int64.min, .min + 1, .max - 1, .max])
    func farthest(_ milliseconds: Int64) {
        let moment = Timestamp(milliseconds: milliseconds)
        let day = moment.civilDay
        #expect(0..<86_400_000 ~= moment.millisecondOfDay)
        #expect(day.number &* 86_400_000 &+ moment.millisecondOfDay == milliseconds)
        #expect(CivilDay.number(year: day.year, month: day.month, day: day.day) == day.number)
        #expect(moment.rfc3339.hasSuffix("Z"))
    }

    @Test("Arithmetic is in whole milliseconds")
    func arithmetic() {
        let moment = Timestamp(milliseconds: 1_000)
        #expect((moment + .milliseconds(500)).milliseconds == 1_500)
        #expect((moment - .seconds(2)).milliseconds == -1_000)
        #expect(Timestamp(milliseconds: 3_000) - moment == .seconds(2))
        #expect(moment < moment + .milliseconds(1))
        #expect(Duration.microseconds(1_999).milliseconds == 1)
        #expect(Duration.milliseconds(1_500).inSeconds == 1.5)
    }
}
