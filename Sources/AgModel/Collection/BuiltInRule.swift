/// A rule for a common bullion coin. It has no pictures, only the catalogue's number where there is one for the series.
///
/// The ids are those that StakTrakr uses for the same coins, so that a list of what is switched on can be exchanged.
package struct BuiltInRule: Sendable {
    package let id: String
    /// What to look for in a catalogue.
    package let text: String
    package let catalogID: String?
    /// A JavaScript pattern.
    package let pattern: String

    /// - Parameter phrases: words that stand alone in a name; see `pattern(of:)`.
    init(_ id: String, _ text: String, _ catalogID: String? = nil, _ phrases: String...) {
        self.id = id
        self.text = text
        self.catalogID = catalogID
        pattern = phrases.map { Self.pattern(of: $0) }.joined(separator: "|")
    }

    /// A blank is any space, `~` may be space, `'` and `-` any one character or none; `…` behind the last word lets it go on.
    private static func pattern(of phrase: String) -> String {
        let isOpen = phrase.hasSuffix("…")
        let body = phrase.unicodeScalars.reduce(into: "\\b") { out, scalar in
            switch scalar {
            case " ": out += "\\s+"
            case "~": out += "\\s*"
            case "'", "-": out += ".?"
            case "…": break
            default: out.unicodeScalars.append(scalar)
            }
        }
        return isOpen ? body : body + "\\b"
    }
}

extension BuiltInRule {
    /// In the order in which they are tried, behind all rules of the collection's own.
    package static let all: [BuiltInRule] = unitedStates + canada + australia + world + bars

    private static let unitedStates = [
        BuiltInRule("us-ase", "American Silver Eagle", "1493", "american silver eagle…", "ase"),
        BuiltInRule(
            "us-ase-new", "American Silver Eagle, type 2 reverse", "298883", "ase type~2…", "silver eagle type~2…"),
        BuiltInRule("us-age", "American Gold Eagle", "23134", "american gold eagle…", "age"),
        BuiltInRule("us-age-1oz", "American Gold Eagle 50 dollars", "23134", "gold eagle 1~oz"),
        BuiltInRule(
            "us-age-half", "American Gold Eagle 25 dollars", "21899", "gold eagle 1/2~oz", "gold eagle half~oz"),
        BuiltInRule(
            "us-age-quarter", "American Gold Eagle 10 dollars", "25416", "gold eagle 1/4~oz", "gold eagle quarter~oz"),
        BuiltInRule(
            "us-age-tenth", "American Gold Eagle 5 dollars", "10493", "gold eagle 1/10~oz", "gold eagle tenth~oz"),
        BuiltInRule("us-ape", "American Platinum Eagle 100 dollars", "23137", "american platinum eagle…", "ape"),
        BuiltInRule("us-apde", "American Palladium Eagle 25 dollars", "173899", "american palladium eagle…"),
        BuiltInRule("us-agb", "American Gold Buffalo 50 dollars", "18451", "gold buffalo…", "agb"),
        BuiltInRule("us-morgan", "Morgan dollar", "1492", "morgan dollar", "morgan silver dollar"),
        BuiltInRule("us-peace", "Peace dollar", "5580", "peace dollar", "peace silver dollar"),
        BuiltInRule("us-walking-lib", "Walking Liberty half dollar", "4455", "walking liberty"),
        BuiltInRule("us-mercury", "Mercury dime", "51", "mercury dime"),
        BuiltInRule("us-washington-q", "Washington quarter, silver", "54", "washington quarter silver"),
        BuiltInRule("us-roosevelt-d", "Roosevelt dime, silver", "52", "roosevelt dime silver"),
        BuiltInRule("us-franklin-h", "Franklin half dollar", "2835", "franklin half"),
        BuiltInRule("us-kennedy-h", "Kennedy half dollar, silver", "943", "kennedy half silver"),
        BuiltInRule("us-liberty-20", "Liberty head double eagle", "23656", "liberty double eagle"),
        BuiltInRule("us-saint-g", "Saint-Gaudens double eagle", "23126", "saint-gaudens"),
    ]

    private static let canada = [
        BuiltInRule("ca-sml", "Silver Maple Leaf 5 dollars", "18655", "silver maple leaf…", "sml"),
        BuiltInRule("ca-gml", "Gold Maple Leaf 50 dollars", "32727", "gold maple leaf…", "gml"),
        BuiltInRule("ca-pml", "Platinum Maple Leaf 50 dollars", "67528", "platinum maple leaf"),
        BuiltInRule("ca-pdml", "Palladium Maple Leaf 50 dollars", "36214", "palladium maple leaf"),
        BuiltInRule("ca-predator", "Canadian Predator series, silver", nil, "canadian predator", "canadia predator"),
        BuiltInRule("ca-wildlife", "Canadian Wildlife series, silver", nil, "canadian wildlife", "canadia wildlife"),
        BuiltInRule("ca-maple-1g", "Maplegram, gold", nil, "maple leaf maplegram"),
    ]

    private static let australia = [
        BuiltInRule("au-kook", "Kookaburra, silver", nil, "kookaburra"),
        BuiltInRule("au-koala", "Koala, silver", nil, "koala"),
        BuiltInRule("au-kangaroo-s", "Kangaroo, silver", nil, "kangaroo silver", "silver kangaroo"),
        BuiltInRule("au-kangaroo", "Kangaroo or Nugget, gold", nil, "kangaroo", "kangaroogold", "nugget", "nuggetgold"),
        BuiltInRule("au-lunar-i", "Lunar series I, silver", nil, "lunar i", "lunar series i"),
        BuiltInRule("au-lunar-ii", "Lunar series II, silver", nil, "lunar ii", "lunar series ii"),
        BuiltInRule("au-lunar-iii", "Lunar series III, silver", nil, "lunar iii", "lunar series iii"),
        BuiltInRule("au-lunar", "Lunar, silver", nil, "perth lunar", "australia lunar", "australian lunar"),
        BuiltInRule("au-swan", "Perth Mint Swan, silver", nil, "swan"),
        BuiltInRule("au-emu", "Perth Mint Emu, silver", nil, "emu"),
        BuiltInRule("au-platypus", "Platypus, platinum", nil, "platypus"),
        BuiltInRule("au-dragon-bar", "Dragon rectangular coin, silver", nil, "dragon bar", "dragon silver bar"),
    ]

    private static let world = [
        BuiltInRule("za-krugerrand-s", "Krugerrand, silver", nil, "krugerrand silver", "silver krugerrand"),
        BuiltInRule("za-krugerrand", "Krugerrand, gold", nil, "krugerrand"),
        BuiltInRule("uk-britannia-s", "Britannia, silver", nil, "britannia", "britanniasilver"),
        BuiltInRule("uk-britannia-g", "Britannia, gold", nil, "britannia gold"),
        BuiltInRule("uk-sovereign", "Sovereign, gold", nil, "sovereign gold"),
        BuiltInRule("at-philharmonic-s", "Vienna Philharmonic, silver", "9165", "philharmonic", "philharmonicsilver"),
        BuiltInRule("at-philharmonic-g", "Vienna Philharmonic, gold", "23519", "philharmonic gold"),
        BuiltInRule("mx-libertad-s", "Libertad, silver", nil, "libertad", "libertadsilver"),
        BuiltInRule("mx-libertad-g", "Libertad, gold", nil, "libertad gold"),
        BuiltInRule("cn-panda-s", "Panda, silver", nil, "panda", "pandasilver"),
        BuiltInRule("cn-panda-g", "Panda, gold", nil, "panda gold"),
        BuiltInRule("am-noahs-ark", "Noah's Ark 500 dram, silver", "26279", "noah's ark"),
        BuiltInRule("so-elephant", "Somali Elephant 100 shillings, silver", nil, "elephant"),
    ]

    private static let bars = [
        BuiltInRule("gen-jm-bar", "Johnson Matthey bar, silver", nil, "johnson matthey"),
        BuiltInRule("gen-engelhard", "Engelhard bar, silver", nil, "engelhard"),
    ]
}
