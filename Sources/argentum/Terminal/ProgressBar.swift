import AgBase
import Synchronization

/// One line on standard error that tells how far an upload is: files, bytes, and the time that is left.
final class ProgressBar: Sendable {
    private struct State {
        var files = 0
        var bytes: Int64 = 0
        var shownAt: ContinuousClock.Instant?
    }

    private let totalFiles: Int
    private let totalBytes: Int64
    private let isShown: Bool
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(files: Int, bytes: Int64, isShown: Bool) {
        totalFiles = files
        totalBytes = bytes
        self.isShown = isShown
    }

    func add(bytes: Int64) {
        show { $0.bytes += bytes }
    }

    func addFile() {
        show(always: true) { $0.files += 1 }
    }

    /// Takes the line away, so that something else can be written.
    func clear() {
        if isShown { Output.write("\r\u{1B}[K", to: 2) }
    }

    /// Ten times a second is as much as an eye can read.
    private func show(always: Bool = false, _ change: (inout State) -> Void) {
        let now = ContinuousClock.now
        let text: String? = state.withLock { state in
            change(&state)
            guard isShown, always || state.shownAt.map({ now - $0 >= .milliseconds(100) }) ?? true else { return nil }
            state.shownAt = now
            return Self.text(
                files: (state.files, totalFiles), bytes: (state.bytes, totalBytes), elapsed: now - start)
        }
        if let text { Output.write("\r\(text)\u{1B}[K", to: 2) }
    }

    static func text(files: (Int, Int), bytes: (Int64, Int64), elapsed: Duration) -> String {
        let share = bytes.1 > 0 ? min(1, Double(bytes.0) / Double(bytes.1)) : 1
        let filled = Int(share * 24)
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
        let amounts = "\(readable(byteCount: bytes.0)) of \(readable(byteCount: bytes.1))"
        return "[\(bar)] \(files.0)/\(files.1) files, \(amounts)\(rest(share, elapsed))"
    }

    /// Nothing is known of the rest before something has been sent.
    private static func rest(_ share: Double, _ elapsed: Duration) -> String {
        guard share > 0.01, share < 1 else { return "" }
        let seconds = Int(elapsed.inSeconds * (1 - share) / share) + 1
        return seconds < 100 ? ", \(seconds) s left" : ", \(seconds / 60 + 1) min left"
    }
}
