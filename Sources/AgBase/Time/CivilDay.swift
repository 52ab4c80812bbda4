/// A day of the proleptic Gregorian calendar, counted from 1970-01-01.
///
/// The arithmetic is Howard Hinnant's `days_from_civil` and its inverse
/// (https://howardhinnant.github.io/date_algorithms.html); it needs no time zone tables.
package struct CivilDay: Hashable, Sendable {
    /// Days since 1970-01-01, negative before.
    package let number: Int64
    package let year: Int64
    package let month: Int64
    package let day: Int64

    package init(number: Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        self.number = number
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `nil` for a day that no calendar has, such as the 30th of February.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard 1...12 ~= month, 1...31 ~= day else { return nil }
        self.init(number: Self.number(year: year, month: month, day: day))
        guard self.month == month, self.day == day else { return nil }
    }

    /// 0 for Sunday to 6 for Saturday.
    package var weekday: Int64 { ((number + 4) % 7 + 7) % 7 }

    package static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
