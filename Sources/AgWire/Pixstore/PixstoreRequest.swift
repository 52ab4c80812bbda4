/// A client's question for a sealed picture, and what is answered to it in which case: no clock, no rows.
package struct PixstoreRequest: Sendable, Hashable {
    /// As it stood in the path, decoded.
    package let id: String
    /// The header `x-pixstore-proof`.
    package let proof: String
    /// The header `x-pixstore-token`, when it is a number.
    package let token: WireToken?

    package init(id: String?, proof: String?, token: String?) {
        self.id = id ?? ""
        self.proof = proof ?? ""
        self.token = token.flatMap(WireToken.init(header:))
    }

    /// What is wrong with the question, before the picture is looked up: a caller without a proof does not learn
    /// which ids exist.
    package func refusal(isValid: (_ proof: String, _ id: String) -> Bool) -> PixstoreState? {
        if id.isEmpty { return .missingID }
        if proof.isEmpty { return .missingProof }
        return isValid(proof, id) ? nil : .invalidProof
    }

    /// What the answer is, once the proof was good.
    /// - Parameter current: The token of the picture; `nil` when there is none.
    package func state(current: WireToken?) -> PixstoreState {
        guard let current else { return .notFound }
        return token == current ? .success : .updated
    }
}
