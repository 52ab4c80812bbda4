/// Escapes and classes of characters.
extension PatternParser {
    /// At a backslash outside of a class.
    mutating func escape() throws(PatternFault) -> (PatternNode, isRepeatable: Bool) {
        let start = place
        guard place + 1 < units.count else { throw fault("\\ at end of pattern") }
        let next = Unicode.Scalar(units[place + 1])
        switch next {
        case "b", "B":
            place += 2
            return (.assertion(next == "b" ? .boundary : .noBoundary), false)
        case "1", "2", "3", "4", "5", "6", "7", "8", "9":
            if let number = backReference() { return (.reference(number, position: start), true) }
        case "k" where !groups.numbers.isEmpty: return (try namedReference(), true)
        default: break
        }
        return (.unit(try escapedSet()), true)
    }

    /// A number that is no group's is an octal escape, or a plain digit.
    private mutating func backReference() -> Int? {
        var index = place + 1
        var number = 0
        while index < units.count, 0x30...0x39 ~= units[index], number <= groups.count {
            number = number * 10 + Int(units[index] - 0x30)
            index += 1
        }
        // All digits belong to it.
        guard number <= groups.count, index == units.count || !(0x30...0x39 ~= units[index]) else { return nil }
        place = index
        return number
    }

    private mutating func namedReference() throws(PatternFault) -> PatternNode {
        let start = place
        place += 2
        guard take("<") else { throw fault("Invalid named reference", at: start) }
        let name = try GroupNames.name(in: units, at: &place)
        guard let number = groups.numbers[name] else { throw fault("Invalid named capture referenced", at: start) }
        return .reference(number, position: start)
    }

    /// At a backslash: one character, or a class such as `\d`, in canonical form.
    private mutating func escapedSet() throws(PatternFault) -> CodeUnitSet {
        guard place + 1 < units.count else { throw fault("\\ at end of pattern") }
        if let known = Self.classes[units[place + 1]] {
            place += 2
            return known
        }
        return CodeUnitSet(CaseFolding.canonical(try escapedUnit(isInClass: false)))
    }

    /// In canonical form; their unions are brought into it once more, which changes nothing.
    private static let classes: [UInt16: CodeUnitSet] = [
        0x64: .digits, 0x44: CodeUnitSet.digits.complement, 0x73: .blanks, 0x53: CodeUnitSet.blanks.complement,
        0x77: .words, 0x57: CodeUnitSet.words.complement,
    ].mapValues { CaseFolding.canonical($0) }

    private mutating func escapedUnit(isInClass: Bool) throws(PatternFault) -> UInt16 {
        guard place + 1 < units.count else { throw fault("\\ at end of pattern") }
        let unit = units[place + 1]
        place += 2
        switch Unicode.Scalar(unit) {
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "x": return hex(2) ?? unit
        case "u": return hex(4) ?? unit
        case "c": return control(isInClass: isInClass)
        case "0", "1", "2", "3", "4", "5", "6", "7": return octal(unit)
        default: return unit
        }
    }

    /// So many hexadecimal digits, or the letter stands for itself.
    private mutating func hex(_ count: Int) -> UInt16? {
        let digits = units[place...].prefix(count)
        guard digits.count == count else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            guard let scalar = Unicode.Scalar(digit), scalar.isASCII, let number = Character(scalar).hexDigitValue
            else {
                return nil
            }
            value = value << 4 | UInt16(number)
        }
        place += count
        return value
    }

    /// Behind `\c`. Without a letter the backslash stands for itself, and the `c` is read again.
    private mutating func control(isInClass: Bool) -> UInt16 {
        if place < units.count {
            let unit = units[place]
            let isLetter = 0x41...0x5A ~= unit || 0x61...0x7A ~= unit
            if isLetter || (isInClass && (0x30...0x39 ~= unit || unit == 0x5F)) {
                place += 1
                return unit % 32
            }
        }
        place -= 1
        return 0x5C
    }

    /// Up to three octal digits, 255 at most; `\0` is one of them.
    private mutating func octal(_ first: UInt16) -> UInt16 {
        var value = first - 0x30
        let end = place + 2
        while place < min(end, units.count), 0x30...0x37 ~= units[place], value * 8 + (units[place] - 0x30) <= 0xFF {
            value = value * 8 + (units[place] - 0x30)
            place += 1
        }
        return value
    }

    // MARK: Classes

    /// At an opening bracket.
    mutating func characterClass() throws(PatternFault) -> CodeUnitSet {
        let start = place
        place += 1
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt16>] = []
        while !take("]") {
            guard place < units.count else { throw fault("Unterminated character class", at: start) }
            let first = place
            let low = try member()
            guard isNext("-"), place + 1 < units.count, units[place + 1] != 0x5D else {
                ranges += low.ranges
                continue
            }
            place += 1
            guard place < units.count else { throw fault("Unterminated character class", at: start) }
            let high = try member()
            ranges += try Self.range(low, high, at: first)
        }
        let set = CaseFolding.canonical(CodeUnitSet(ranges))
        return isInverted ? set.complement : set
    }

    /// With a class such as `\d` on one side, the dash is a dash.
    private static func range(
        _ low: CodeUnitSet, _ high: CodeUnitSet, at position: Int
    ) throws(PatternFault) -> [ClosedRange<UInt16>] {
        guard let first = low.single, let last = high.single else { return low.ranges + high.ranges + [0x2D...0x2D] }
        guard first <= last else { throw PatternFault("Range out of order in character class", at: position) }
        return [first...last]
    }

    private mutating func member() throws(PatternFault) -> CodeUnitSet {
        guard isNext("\\") else {
            place += 1
            return CodeUnitSet(units[place - 1])
        }
        guard place + 1 < units.count else { throw fault("\\ at end of pattern") }
        if let known = Self.classes[units[place + 1]] {
            place += 2
            return known
        }
        if Unicode.Scalar(units[place + 1]) == "b" {
            place += 2
            return CodeUnitSet(0x08)
        }
        return CodeUnitSet(try escapedUnit(isInClass: true))
    }
}
