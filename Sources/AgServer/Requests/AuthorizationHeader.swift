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
        let parts = value.utf8.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard values.count == 1, parts.count == 2, ASCIICase.isEqual(Substring(parts[0]), "bearer") else {
            self = .other
            return
        }
        self = .bearer(String(Substring(parts[1])))
    }
}
