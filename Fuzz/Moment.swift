import AgBase

/// RFC 3339, and the calendar behind it: the first eight bytes also count as milliseconds.
package enum MomentFuzz: FuzzTarget {
    package static let name = "moment"

    package static func run(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let moment = Timestamp(rfc3339: text) {
            let again = Timestamp(rfc3339: moment.rfc3339)
            try promise(again == moment, "\(text) became \(moment.rfc3339)")
            try promise(moment.rfc3339.utf8.count == 24, "\(text) is written as \(moment.rfc3339)")
        }
        guard input.count >= 8 else { return }
        try check(Timestamp(milliseconds: input.prefix(8).reduce(0) { $0 << 8 | Int64($1) }))
    }

    private static func check(_ moment: Timestamp) throws {
        let day = moment.civilDay
        try promise(1...12 ~= day.month && 1...31 ~= day.day && 0...6 ~= day.weekday, "the day \(day)")
        try promise(
            CivilDay.number(year: day.year, month: day.month, day: day.day) == day.number, "the day \(day) is another")
        let rest = moment.milliseconds.subtractingReportingOverflow(day.number &* 86_400_000).partialValue
        try promise(0..<86_400_000 ~= rest, "\(moment.milliseconds) is not on day \(day.number)")
        guard 0...9_999 ~= day.year else { return }
        try promise(Timestamp(rfc3339: moment.rfc3339) == moment, "\(moment.milliseconds) became \(moment.rfc3339)")
    }
}
