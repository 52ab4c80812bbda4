extension Timestamp {
    /// The moment as RFC 3339 in UTC with milliseconds: `2026-11-20T16:34:06.120Z`.
    package var rfc3339: String {
        let day = civilDay
        let ofDay = millisecondOfDay
        let seconds = ofDay / 1_000
        return "\(pad(day.year, 4))-\(pad(day.month, 2))-\(pad(day.day, 2))"
            + "T\(pad(seconds / 3_600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
            + ".\(pad(ofDay % 1_000, 3))Z"
    }

    /// Reads RFC 3339 in UTC or with an offset; `nil` for anything else, and for what UTC has no four-digit year for.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, "Tt ".utf8.contains(bytes[10]) else { return nil }
        guard bytes[4] == dash, bytes[7] == dash, bytes[13] == colon, bytes[16] == colon,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let date = CivilDay(year: year, month: month, day: day), hour < 24, minute < 60, second < 61,
            let (fraction, zone) = splitFraction(bytes[19...]), let offset = zoneOffset(zone)
        else { return nil }
        let seconds = date.number * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.init(milliseconds: seconds * 1_000 + fraction)
        guard 0...9_999 ~= civilDay.year else { return nil }
    }

    /// The UTC calendar day that this moment falls on.
    package var civilDay: CivilDay {
        CivilDay(number: milliseconds / 86_400_000 - (milliseconds % 86_400_000 < 0 ? 1 : 0))
    }

    /// Since that day began; exact for every moment.
    package var millisecondOfDay: Int64 {
        let rest = milliseconds % 86_400_000
        return rest < 0 ? rest + 86_400_000 : rest
    }
}

private let dash = UInt8(ascii: "-")
private let colon = UInt8(ascii: ":")

private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
}

/// Splits `.123456Z` into milliseconds and the zone behind them.
private func splitFraction(_ rest: ArraySlice<UInt8>) -> (Int64, ArraySlice<UInt8>)? {
    guard rest.first == UInt8(ascii: ".") else { return (0, rest) }
    let digits = rest.dropFirst().prefix { 48...57 ~= $0 }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    let three = (Array(digits) + [48, 48, 48]).prefix(3)
    return (number(ArraySlice(three)) ?? 0, rest.dropFirst(1 + digits.count))
}

/// Seconds east of UTC for `Z` or `+02:00`.
private func zoneOffset(_ zone: ArraySlice<UInt8>) -> Int64? {
    let z = Array(zone)
    if z == [UInt8(ascii: "Z")] || z == [UInt8(ascii: "z")] { return 0 }
    guard z.count == 6, z[3] == colon, let hours = number(z[1..<3]), let minutes = number(z[4..<6]),
        hours < 24, minutes < 60
    else { return nil }
    switch z[0] {
    case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
    case dash: return -(hours * 3_600 + minutes * 60)
    default: return nil
    }
}
