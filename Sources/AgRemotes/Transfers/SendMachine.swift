/// A request's body on its way to the connection: at most one piece is here. Pure.
struct SendMachine {
    /// What libcurl gets when it asks for bytes.
    enum Fill: Equatable {
        case bytes(ArraySlice<UInt8>)
        /// Nothing is here yet; libcurl is resumed by the next `offer` or `end`.
        case pause
        case end
    }

    private var piece: ArraySlice<UInt8>
    /// A body that is here as a whole can be sent again on another connection.
    private let whole: [UInt8]?
    /// What was announced and has not been offered yet.
    private var left: Int64?
    private var isEnded: Bool
    private(set) var isPaused = false

    init(whole: [UInt8]) {
        self.whole = whole
        piece = whole[...]
        isEnded = true
    }

    /// - Parameter length: `nil` when it is not known before the end.
    init(length: Int64?) {
        whole = nil
        piece = []
        left = length
        isEnded = false
    }

    /// Whether the source should make its next piece.
    var wantsPiece: Bool { piece.isEmpty && !isEnded }

    /// Takes the next piece when `wantsPiece`. Returns whether libcurl waits to be resumed. Throws when it is more than
    /// was announced.
    mutating func offer(_ bytes: [UInt8]) throws(RemoteError) -> Bool {
        if let left {
            guard bytes.count <= left else { throw Self.wrongLength }
            self.left = left - Int64(bytes.count)
        }
        piece = bytes[...]
        return resumed()
    }

    /// The source has no more. Returns whether libcurl waits to be resumed. Throws when more was announced.
    mutating func end() throws(RemoteError) -> Bool {
        guard (left ?? 0) == 0 else { throw Self.wrongLength }
        isEnded = true
        return resumed()
    }

    private static let wrongLength = RemoteError(.internal, "The request's body is not as long as announced.")

    private mutating func resumed() -> Bool {
        defer { isPaused = false }
        return isPaused
    }

    mutating func fill(atMost count: Int) -> Fill {
        guard !piece.isEmpty else {
            if isEnded { return .end }
            isPaused = true
            return .pause
        }
        let next = piece.prefix(count)
        piece = piece.dropFirst(next.count)
        return .bytes(next)
    }

    /// Begins again from the first byte. False when that is not possible.
    mutating func rewind() -> Bool {
        guard let whole else { return false }
        self = SendMachine(whole: whole)
        return true
    }
}
