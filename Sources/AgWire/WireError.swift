/// Why bytes or texts of the wire were not read.
package enum WireError: Error, Sendable, Hashable {
    /// Shorter than what they begin as.
    case truncated
    /// Longer than what they say.
    case tooLong
    /// The first byte is none that is known.
    case unknownState(UInt8)
    case unknownVersion(UInt8)
    /// A token above 2^53 - 1, which JavaScript cannot hold.
    case tokenOutOfRange
    /// An id or variant that is empty, too long, or holds a byte that has no place there.
    case invalidName
    /// No JSON, or a member that is missing, twice there or of another kind.
    case invalidRecord
}

/// Why a client does not take what it was sent.
package enum WireRefusal: Error, Sendable, Hashable {
    /// Not signed by the server that the client knows, or changed since.
    case notGenuine
    /// Signed by that server, for another picture or variant.
    case otherSubject
    /// Genuine, and older than what the client has seen.
    case olderThanSeen(token: Int64, seen: Int64)
    /// The ciphertext is not the one that the head names.
    case bodyDiffers
    /// It opened to something that begins with an unknown format byte, or with none.
    case unknownFormat
}
