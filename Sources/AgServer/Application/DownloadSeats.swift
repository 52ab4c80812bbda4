import AgBase
import AgHTTP

/// How many contents may be sent at a time that do not lie in memory. Each holds two descriptors beside its connection, the open
/// file and the library's copy of it, for as long as its client takes to read; these are set aside for `most` downloads and no
/// more.
struct DownloadSeats: Sendable {
    private let seats: SharedSeats

    init(_ most: Int) {
        seats = SharedSeats(most: most)
    }

    /// The answer with the seat that it needs; `nil` when there is none for this caller.
    func seated(_ response: HTTPResponse, to method: HTTPMethod, _ caller: @autoclosure () -> Caller) -> HTTPResponse? {
        guard case .content = response.body, method != .head else { return response }
        guard let seat = seats.take(caller()) else { return nil }
        var response = response
        response.holds = seat
        return response
    }

    static let refusal = Fault(
        .unavailable, "downloads-busy",
        "As many files are on their way to this caller as one may have; ask again after Retry-After.",
        retryAfter: .seconds(2))
}
