/// A `Content-Type` taken apart: RFC 9110, section 8.3.1.
package struct MediaType: Sendable, Equatable {
    /// `image/webp`, in lower case.
    package let essence: String
    package let parameters: HeaderParameters

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let names = HTTPToken.trimmed(parts[0]).split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(HTTPToken.isToken),
            let parameters = HeaderParameters(parts.count == 2 ? parts[1] : "")
        else { return nil }
        essence = ASCIICase.lowered("\(names[0])/\(names[1])")
        self.parameters = parameters
    }
}
