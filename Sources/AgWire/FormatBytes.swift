/// The first byte of what is sealed: the place of the picture's format in a list that both sides know, counted from one.
package struct FormatBytes: Sendable, Hashable {
    package let names: [String]

    /// Pixstore's default, `png webp jpg jpeg`, and behind it what it does not have.
    package static let usual = FormatBytes(checked: ["png", "webp", "jpg", "jpeg", "avif", "gif", "tiff", "heic"])

    /// `nil` without a name, with more than 255, or with one twice.
    package init?(names: [String]) {
        guard 1...255 ~= names.count, Set(names).count == names.count else { return nil }
        self.init(checked: names)
    }

    private init(checked names: [String]) {
        self.names = names
    }

    package func byte(of name: String) -> UInt8? {
        names.firstIndex(of: name).map { UInt8($0 + 1) }
    }

    package func name(of byte: UInt8) -> String? {
        1...names.count ~= Int(byte) ? names[Int(byte) - 1] : nil
    }

    /// What a client gives a browser: `image/jpg`, as Pixstore does, is none that is registered.
    package func mediaType(of byte: UInt8) -> String? {
        name(of: byte).map { $0 == "jpg" ? "image/jpeg" : "image/\($0)" }
    }
}
