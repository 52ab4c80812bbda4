package import AgBase

/// A session is a client's own word for a group of pictures; any text of sensible length will do.
package enum SessionName {
    package static func check(_ text: String) throws(Fault) {
        let scalars = text.unicodeScalars
        guard 1...128 ~= scalars.count, !scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw UploadRefusal.badSession(text)
        }
    }
}
