/// The bytes of an answer that came and were not taken yet. Pure.
struct ReceiveMachine {
    enum Offer: Equatable {
        case taken
        /// The reader is behind: libcurl keeps the bytes, and is resumed when the reader comes.
        case pause
        /// More than the limit came.
        case tooLarge
    }

    enum Take {
        /// - resumes: libcurl waits to be resumed.
        case bytes([UInt8], resumes: Bool)
        case wait
        case end
        case failed(any Error)
    }

    /// From here on nothing more is taken in. A piece of libcurl's may reach over it.
    static let mark = 256 << 10

    private var bytes: [UInt8] = []
    private var left: Int64
    private var end: Result<Void, any Error>?
    private(set) var isPaused = false

    init(limit: Int64?) {
        left = limit ?? .max
    }

    var isOver: Bool { end != nil }

    mutating func offer(_ piece: some Collection<UInt8>) -> Offer {
        guard bytes.count < Self.mark else {
            isPaused = true
            return .pause
        }
        guard Int64(piece.count) <= left else { return .tooLarge }
        left -= Int64(piece.count)
        bytes.append(contentsOf: piece)
        return .taken
    }

    /// What came before a failure is still handed out.
    mutating func take() -> Take {
        if !bytes.isEmpty {
            defer {
                bytes = []
                isPaused = false
            }
            return .bytes(bytes, resumes: isPaused)
        }
        switch end {
        case nil: return .wait
        case .success: return .end
        case .failure(let error): return .failed(error)
        }
    }

    /// The first end counts. A cancellation drops what was not taken.
    mutating func finish(_ result: Result<Void, any Error>) {
        guard end == nil else { return }
        end = result
        if case .failure(is CancellationError) = result { bytes = [] }
    }
}
