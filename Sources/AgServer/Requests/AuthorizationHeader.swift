import AgHTTP

/// What the Authorization header of a request says to us: the one place that tells our tokens from what a proxy adds.
enum AuthorizationHeader: Equatable {
    case none
    /// A token of ours, or what is taken for one.
    case bearer(String)
    /// Another scheme, such as the Basic of a proxy in front of us; or several headers.
    case other

    init(_ headers: HTTPHeaders) {
        var text = ""
        switch Self.read(headers, { text = String(decoding: $0, as: UTF8.self) }) {
        case .none: self = .none
        case .bearer: self = .bearer(text)
        case .other: self = .other
        }
    }

    enum Kind {
        case none
        case bearer
        case other
    }

    /// The same without a copy, for every request passes here: lends a token's bytes to `take` for one call.
    static func read(_ headers: HTTPHeaders, _ take: (UnsafeRawBufferPointer) -> Void) -> Kind {
        guard headers.contains(any: .authorization) else { return .none }
        guard !headers.repeats(any: .authorization) else { return .other }
        var kind = Kind.other
        headers.withFirst(.authorization) { value in
            guard let token = token(in: value) else { return }
            take(token)
            kind = .bearer
        }
        return kind
    }

    private static let scheme: StaticString = "bearer "

    /// What follows `Bearer` and one space, when nothing but that stands there.
    private static func token(in value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = scheme.utf8CodeUnitCount
        guard value.count > length else { return nil }
        for place in 0..<length where ASCIICase.lower(value[place]) != scheme.utf8Start[place] { return nil }
        let token = UnsafeRawBufferPointer(rebasing: value[length...])
        return token.contains(UInt8(ascii: " ")) ? nil : token
    }
}
