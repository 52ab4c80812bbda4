import AgBase

/// A file's name as a parameter of a form's part, so that it arrives as it is.
enum FormFileName {
    /// As browsers write it
    /// (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data). A name that readers
    /// of that form may understand differently comes beside it in the form of RFC 8187, which has one meaning.
    static func parameters(_ name: String) -> String {
        let plain = "filename=\"\(quoted(name))\""
        return isAmbiguous(name) ? plain + "; filename*=UTF-8''\(escaped(name))" : plain
    }

    private static func quoted(_ name: String) -> String {
        name.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "\"": out += "%22"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            // Part headers hold no other controls; they would not be shown either.
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += "_"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }

    /// Escapes, of one kind or another, that are in the name itself.
    private static func isAmbiguous(_ name: String) -> Bool {
        name.unicodeScalars.contains { "\"\\%\r\n".unicodeScalars.contains($0) } || name.contains("=?")
    }
}
