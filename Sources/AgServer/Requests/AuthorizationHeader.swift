import AgHTTP

/// What the Authorization header of a request says to us: the one place that tells our tokens from what a proxy adds.
enum AuthorizationHeader: Equatable {
    case none
    /// A token of ours, or what is taken for one.
    case bearer(String)
    /// Another scheme, such as the Basic of a proxy in front of us; or several headers.
    case other

    init(_ headers: HTTPHeaders) {
        let values = headers.all("authorization")
        guard let value = values.first else {
            self = .none
            return
        }
        guard values.count == 1, let token = Self.token(value) else {
            self = .other
            return
        }
        self = .bearer(token)
    }

    /// What follows `Bearer` and one space, when nothing but that stands there. Every request passes here: no array is made for it.
    private static func token(_ value: String) -> String? {
        guard let space = value.utf8.firstIndex(of: UInt8(ascii: " ")),
            ASCIICase.isEqual(String(value[..<space]), "bearer")
        else { return nil }
        let token = value.utf8[value.utf8.index(after: space)...]
        return token.isEmpty || token.contains(UInt8(ascii: " ")) ? nil : String(Substring(token))
    }
}
