/// One message of an event stream: https://html.spec.whatwg.org/multipage/server-sent-events.html
package struct ServerSentEvent: Sendable, Hashable {
    package var id: String?
    package var event: String?
    package var data: String

    package init(id: String? = nil, event: String? = nil, data: String) {
        self.id = id
        self.event = event
        self.data = data
    }

    /// As sent; made once and shared when thousands listen.
    package var encoded: SharedBytes {
        var text = ""
        if let id { text += "id: \(Self.oneLine(id))\n" }
        if let event { text += "event: \(Self.oneLine(event))\n" }
        for line in Self.lines(data) { text += "data: \(line)\n" }
        return SharedBytes(text + "\n")
    }

    /// A line that listeners ignore and proxies take for a sign of life.
    package static func comment(_ text: String) -> SharedBytes { SharedBytes(": \(oneLine(text))\n\n") }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !["\r", "\n", "\0"].contains($0) }))
    }

    /// At any of the three line ends: each would otherwise start a field of its own. By scalars, as CR LF is one character.
    private static func lines(_ text: String) -> [String] {
        guard text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return [text] }
        var lines = [String.UnicodeScalarView()]
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n" || scalar == "\r" {
                if !(scalar == "\n" && previous == "\r") { lines.append(String.UnicodeScalarView()) }
            } else {
                lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        return lines.map { String($0) }
    }
}
