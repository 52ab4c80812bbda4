/// Dates in HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7). Written by hand: a formatter costs 45 MB.
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    package static func format(_ moment: Timestamp) -> String {
        let day = moment.civilDay
        let seconds = moment.millisecondOfDay / 1_000
        let date = "\(days[Int(day.weekday)]), \(pad(day.day)) \(months[Int(day.month) - 1]) \(year(day.year))"
        return date + " \(pad(seconds / 3_600)):\(pad(seconds / 60 % 60)):\(pad(seconds % 60)) GMT"
    }

    /// Reads the one form that senders must write; the two obsolete forms are answered with `nil`, which only costs a full reply.
    package static func parse(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5] == "GMT", parts[0].hasSuffix(","), days.contains(String(parts[0].dropLast())),
            let dayOfMonth = number(parts[1], digits: 2),
            let month = months.firstIndex(of: String(parts[2])),
            let year = number(parts[3], digits: 4),
            let day = CivilDay(year: year, month: Int64(month) + 1, day: dayOfMonth),
            let seconds = secondsOfDay(parts[4])
        else { return nil }
        return Timestamp(milliseconds: (day.number * 86_400 + seconds) * 1_000)
    }

    private static func secondsOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], digits: 2), let minute = number(parts[1], digits: 2),
            let second = number(parts[2], digits: 2), hour < 24, minute < 60, second < 61
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
        return Int64(text)
    }

    /// Four digits, as the form demands.
    private static func year(_ value: Int64) -> String {
        let digits = "\(value)"
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func pad(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
