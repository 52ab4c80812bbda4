import AgBase

/// How many calls may upload at a time. Each holds two descriptors at most, for the file it writes and for the child that
/// looks at it; these are set aside for `most` calls and no more.
struct UploadSeats: Sendable {
    private let seats: SharedSeats

    init(_ most: Int) {
        seats = SharedSeats(most: most)
    }

    func take(_ caller: Caller) throws(Fault) -> Seat {
        if let seat = seats.take(caller) { return seat }
        throw Fault(
            .unavailable, "uploads-busy",
            "As many uploads of this caller are under way as one may have; send this one again after Retry-After.",
            retryAfter: .seconds(2))
    }
}
