import FoundationEssentials

/// The words `=?charset?B?…?=` and `=?charset?Q?…?=` in which mail writes other than ASCII (RFC 2047), and .NET the names
/// of uploaded files.
///
/// Words with nothing but blanks between them are one text: a character may begin in one and end in the next. What is no
/// word, or has a character set that is not read here, stays as it is. Costs one walk over the text.
struct EncodedWords {
    private var rest: ArraySlice<UInt8>
    private var out: [UInt8] = []
    /// The words since the last other text, not decoded yet.
    private var run: Run?
    /// Blanks behind the last word: dropped when another word follows.
    private var gap: [UInt8] = []

    private struct Run {
        let charset: TextCharset
        var bytes: [UInt8]
        var source: [UInt8]
    }

    static func decode(_ text: String) -> String {
        var decoder = EncodedWords(rest: Array(text.utf8)[...])
        return decoder.decoded()
    }

    private init(rest: ArraySlice<UInt8>) {
        self.rest = rest
    }

    private mutating func decoded() -> String {
        while let byte = rest.first {
            if let word = word() {
                take(word)
            } else {
                rest.removeFirst()
                take(byte)
            }
        }
        flush()
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func take(_ byte: UInt8) {
        if run != nil, HTTPToken.isBlank(byte) {
            gap.append(byte)
        } else {
            flush()
            out.append(byte)
        }
    }

    private mutating func take(_ word: Run) {
        if let last = run, last.charset == word.charset {
            run?.bytes += word.bytes
            run?.source += gap + word.source
            gap = []
        } else {
            if run != nil { gap = [] }
            flush()
            run = word
        }
    }

    /// Writes the words so far down, decoded; as they came when they are no text of their character set.
    private mutating func flush() {
        if let run { out += run.charset.text(of: run.bytes).map { Array($0.utf8) } ?? run.source }
        run = nil
        out += gap
        gap = []
    }

    /// Takes a word off the front; `nil`, with nothing taken, when there is none.
    private mutating func word() -> Run? {
        guard rest.starts(with: [0x3D, 0x3F]) else { return nil }
        var place = rest.dropFirst(2)
        guard let charset = Self.piece(&place), let encoding = Self.piece(&place), let text = Self.piece(&place),
            place.first == 0x3D, encoding.count == 1,
            // A language may stand behind the character set (RFC 2231).
            let known = TextCharset(String(decoding: charset.prefix { $0 != 0x2A }, as: UTF8.self)),
            let bytes = Self.bytes(of: text, ASCIICase.lower(encoding[encoding.startIndex]))
        else { return nil }
        let source = rest[..<place.index(after: place.startIndex)]
        rest = place.dropFirst()
        return Run(charset: known, bytes: bytes, source: Array(source))
    }

    /// Up to the next question mark, which is passed. No word reaches over one, so nothing is walked over twice.
    private static func piece(_ place: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = place.firstIndex(of: 0x3F) else { return nil }
        defer { place = place[(end + 1)...] }
        return place[..<end]
    }

    private static func bytes(of text: ArraySlice<UInt8>, _ encoding: UInt8) -> [UInt8]? {
        switch encoding {
        case UInt8(ascii: "b"): base64(text)
        case UInt8(ascii: "q"): PercentEncoding.bytes(text, escape: 0x3D) { $0 == 0x5F ? 0x20 : $0 }
        default: nil
        }
    }

    /// Some clients leave the padding out.
    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var digits = Data(text)
        while digits.last == 0x3D { digits.removeLast() }
        digits.append(contentsOf: [UInt8](repeating: 0x3D, count: (4 - digits.count % 4) % 4))
        return Data(base64Encoded: digits).map { [UInt8]($0) }
    }
}
