import AgBase
import AgContract
import Synchronization

/// Prints what came of each file, and counts.
final class UploadTally: Sendable {
    private struct Taken {
        let path: String
        let image: API.UploadedImage
        var isFailed = false

        var id: API.Image.ID { image.imageId }
    }

    private struct State {
        /// In the order in which they were taken. Several may be one picture.
        var taken: [Taken] = []
        var refused = 0
        var notSent = 0
        var isCutShort = false
    }

    /// How many files came to what; each file is in one of them.
    struct Counts: Sendable, Hashable {
        var new = 0
        var known = 0
        /// The server does not want them.
        var refused = 0
        /// It took them, and could make nothing of them.
        var failed = 0
        /// They could not be read, or the server stayed away.
        var notSent = 0
    }

    private let output: Output
    private let hasWaiting: Bool
    private let state = Mutex(State())

    init(_ output: Output, hasWaiting: Bool) {
        self.output = output
        self.hasWaiting = hasWaiting
    }

    /// The pictures that were taken.
    var ids: Set<API.Image.ID> { state.withLock { Set($0.taken.map(\.id)) } }

    var counts: Counts {
        state.withLock { state in
            var counts = Counts(refused: state.refused, notSent: state.notSent)
            for file in state.taken {
                if file.isFailed {
                    counts.failed += 1
                } else if file.image.isNew {
                    counts.new += 1
                } else {
                    counts.known += 1
                }
            }
            return counts
        }
    }

    var exitCode: ExitCode {
        let counts = counts
        let isGood = counts.new + counts.known > 0
        if counts.refused + counts.failed + counts.notSent > 0 { return isGood ? .partial : .error }
        return state.withLock { $0.isCutShort } ? .partial : .ok
    }

    func take(_ path: String, _ image: API.UploadedImage) {
        let file = Taken(path: path, image: image)
        state.withLock { $0.taken.append(file) }
        // With waiting, one line per picture comes when it has come to its end.
        if !hasWaiting { tell(file, image.status.rawValue) }
    }

    func refuse(_ path: String, code: String, _ reason: String) {
        state.withLock { $0.refused += 1 }
        tell(path, "refused", code, reason)
    }

    func leaveOut(_ path: String, code: String, _ reason: String) {
        state.withLock { $0.notSent += 1 }
        tell(path, "not sent", code, reason)
    }

    private func tell(_ path: String, _ word: String, _ code: String, _ reason: String) {
        let json: JSONValue = [
            "path": .string(path), "error": ["code": .string(code), "detail": .string(reason)],
        ]
        output.result(json, "\(word)  \(VisibleText.escaping(path)): \(VisibleText.escaping(reason))")
    }

    /// A picture is ready, or will never be.
    func end(_ id: API.Image.ID, _ ending: ImageEnding) {
        let files = state.withLock { state in
            for index in state.taken.indices where state.taken[index].id == id {
                state.taken[index].isFailed = ending != .completed
            }
            return state.taken.filter { $0.id == id }
        }
        for file in files { tell(file, ending.status, ending.reason) }
    }

    /// Ends those that were completed when they were uploaded, and returns the others. Why one had failed is not in the answer to
    /// its upload.
    func endCompleted() -> Set<API.Image.ID> {
        let done = state.withLock { Set($0.taken.filter { $0.image.status == .completed }.map(\.id)) }
        for id in done.sorted(by: { $0.rawValue < $1.rawValue }) { end(id, .completed) }
        return ids.subtracting(done)
    }

    /// These are stored, and nobody waits for them any longer.
    func leave(_ ids: Set<API.Image.ID>) {
        let files = state.withLock { state in
            state.isCutShort = true
            return state.taken.filter { ids.contains($0.id) }
        }
        for file in files { tell(file, API.ImageStatus.pending.rawValue) }
    }

    private func tell(_ file: Taken, _ status: String, _ reason: String? = nil) {
        let json: JSONValue = [
            "path": .string(file.path), "imageId": .string(file.id.rawValue), "isNew": .bool(file.image.isNew),
            "status": .string(status), "sha256": .string(file.image.sha256), "url": .string(file.image.url),
            "error": reason.map { ["detail": .string($0)] } ?? .null,
        ]
        let word = status == "completed" ? "ready" : status == "pending" ? "stored" : status
        let remark = (file.image.isNew ? "" : " (was there already)") + (reason.map { ": \($0)" } ?? "")
        output.result(json, VisibleText.escaping("\(word)  \(file.id)  \(file.path)\(remark)"))
    }

    /// The last line: on standard error for people, an object with the one member `summary` for programs.
    func tellTotal(skipped: Int) {
        let counts = counts
        guard output.isJSON else { return Output.remark(Self.sentence(counts, skipped: skipped)) }
        let summary: JSONValue = [
            "new": .int(counts.new), "known": .int(counts.known), "refused": .int(counts.refused),
            "failed": .int(counts.failed), "notSent": .int(counts.notSent), "skipped": .int(skipped),
        ]
        output.line(JSONValue.object([.init(name: "summary", value: summary)]).text)
    }

    static func sentence(_ counts: Counts, skipped: Int) -> String {
        var parts = ["\(counts.new) new", "\(counts.known) known"]
        if counts.refused > 0 { parts.append("\(counts.refused) refused") }
        if counts.failed > 0 { parts.append("\(counts.failed) failed") }
        if counts.notSent > 0 { parts.append("\(counts.notSent) not sent") }
        if skipped > 0 { parts.append("\(skipped) skipped (not pictures, by name and content)") }
        return parts.joined(separator: ", ")
    }
}
