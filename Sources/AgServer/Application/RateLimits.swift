/// How often one caller may ask, in requests per minute; 0 is no limit.
package struct RateLimits: Sendable, Hashable {
    /// For each token, and the sessions opened with it. Never for scope admin.
    package var perToken: Int
    /// For each address, over all requests without a good credential.
    package var perStranger: Int

    package init(perToken: Int = 0, perStranger: Int = 0) {
        self.perToken = perToken
        self.perStranger = perStranger
    }

    package static let none = RateLimits()
}
