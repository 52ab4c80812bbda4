/// What counts as the address of a catalogue's picture: `^https?://.+\..+` without regard to case, as StakTrakr has it. Anything else in
/// an item is kept, and is no picture.
package enum CatalogURL {
    package static func isPicture(_ text: String) -> Bool {
        let units = Array(text.utf16)
        guard let start = ["http://", "https://"].lazy.compactMap({ skip($0, units) }).first else { return false }
        // JavaScript's dot stands for no line end.
        let line = units[start...].prefix { ![0x0A, 0x0D, 0x2028, 0x2029].contains($0) }
        return line.dropFirst().dropLast().contains(0x2E)
    }

    /// Behind the scheme, when the text begins with it.
    private static func skip(_ scheme: String, _ units: [UInt16]) -> Int? {
        let wanted = Array(scheme.utf16)
        guard units.count >= wanted.count else { return nil }
        let fits = zip(units, wanted).allSatisfy { unit, letter in
            unit == letter || (0x41...0x5A ~= unit && unit + 0x20 == letter)
        }
        return fits ? wanted.count : nil
    }
}
