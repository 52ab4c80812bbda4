import AgBase

/// The queue of a stream body, without locks or threads: each step returns what to run once the lock is released.
struct StreamMachine {
    typealias Effect = @Sendable () -> Void

    /// What the sending side found.
    enum Read: Equatable {
        case bytes(Int)
        /// Nothing now; the wake closure will be called.
        case nothingYet
        case end
        case broken
    }

    /// Closures to run after the lock is released.
    struct Effects {
        var list: [Effect] = []
        func run() { for effect in list { effect() } }
    }

    private enum Phase {
        case open
        case ending
        case broken
        case closed
    }

    private let limit: Int
    private var phase = Phase.open
    private var pieces: [SharedBytes] = []
    private var head = 0
    private var headOffset = 0
    private var waiting = 0
    private var wake: Effect?
    private var wantsWake = false
    private var wanted = 0
    private var writer: CheckedContinuation<Void, any Error>?
    private var closers: [Effect] = []

    init(limit: Int) {
        self.limit = limit
    }

    var isOpen: Bool { phase == .open }

    mutating func push(_ piece: SharedBytes) -> (Bool, Effect?) {
        guard phase == .open else { return (false, nil) }
        guard hasRoom(for: piece.count) else { return (false, nil) }
        if piece.count > 0 {
            pieces.append(piece)
            waiting += piece.count
        }
        return (true, takeWake())
    }

    private func hasRoom(for count: Int) -> Bool { waiting == 0 || waiting + count <= limit }

    /// Keeps the writer until there is room for its piece; returns its resumption when there is no need to wait.
    mutating func wait(for count: Int, _ continuation: CheckedContinuation<Void, any Error>) -> Effect? {
        guard phase == .open else { return { continuation.resume(throwing: StreamClosed()) } }
        // A cancellation that came before this step found no writer to wake.
        guard !Task.isCancelled else { return { continuation.resume(throwing: CancellationError()) } }
        guard !hasRoom(for: count) else { return { continuation.resume() } }
        precondition(writer == nil, "Two tasks write to one stream body")
        writer = continuation
        wanted = count
        return nil
    }

    mutating func stopWaiting() -> Effect { takeWriter(throwing: CancellationError()) ?? {} }

    mutating func end() -> Effect? {
        guard phase == .open else { return nil }
        phase = .ending
        return takeWake()
    }

    mutating func abort() -> Effects {
        guard phase == .open || phase == .ending else { return Effects() }
        phase = .broken
        return Effects(list: [takeWake(), takeWriter(throwing: StreamClosed())].compactMap { $0 })
    }

    mutating func close() -> Effects {
        guard phase != .closed else { return Effects() }
        phase = .closed
        pieces = []
        head = 0
        waiting = 0
        wake = nil
        defer { closers = [] }
        return Effects(list: closers + [takeWriter(throwing: StreamClosed())].compactMap { $0 })
    }

    /// `true` when it is closed already and the caller should run the closure itself.
    mutating func whenClosed(_ body: @escaping Effect) -> Bool {
        guard phase != .closed else { return true }
        closers.append(body)
        return false
    }

    mutating func attach(_ wake: @escaping Effect) {
        self.wake = wake
    }

    mutating func read(into space: UnsafeMutableRawBufferPointer) -> (Read, Effect?) {
        guard phase != .broken, phase != .closed else { return (.broken, nil) }
        guard waiting > 0 else {
            wantsWake = phase == .open
            return (phase == .ending ? .end : .nothingYet, nil)
        }
        var filled = 0
        while filled < space.count, head < pieces.count {
            unsafe filled += copyHead(into: UnsafeMutableRawBufferPointer(rebasing: space[filled...]))
        }
        waiting -= filled
        return (.bytes(filled), hasRoom(for: wanted) ? takeWriter() : nil)
    }

    private mutating func copyHead(into space: UnsafeMutableRawBufferPointer) -> Int {
        let piece = pieces[head]
        let count = min(space.count, piece.count - headOffset)
        unsafe piece.withUnsafeBytes { bytes in
            unsafe space.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[headOffset..<headOffset + count]))
        }
        headOffset += count
        if headOffset == piece.count { dropHead() }
        return count
    }

    private mutating func dropHead() {
        head += 1
        headOffset = 0
        guard head == pieces.count || head > 64 else { return }
        pieces.removeFirst(head)
        head = 0
    }

    private mutating func takeWake() -> Effect? {
        guard wantsWake else { return nil }
        wantsWake = false
        return wake
    }

    private mutating func takeWriter(throwing error: (any Error & Sendable)? = nil) -> Effect? {
        guard let writer else { return nil }
        self.writer = nil
        guard let error else { return { writer.resume() } }
        return { writer.resume(throwing: error) }
    }
}
