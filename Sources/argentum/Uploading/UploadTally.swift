import AgBase
import Synchronization

/// Prints what came of each file, and counts.
final class UploadTally: Sendable {
    private struct State {
        /// Pictures that were taken, with the paths that led to them.
        var paths: [String: [String]] = [:]
        var images: [String: JSONValue] = [:]
        var new = 0
        var known = 0
        var refused = 0
        var failed = 0
    }

    private let output: Output
    private let hasWaiting: Bool
    private let state = Mutex(State())

    init(_ output: Output, hasWaiting: Bool) {
        self.output = output
        self.hasWaiting = hasWaiting
    }

    var waiting: Set<String> { state.withLock { Set($0.images.keys) } }

    var exitCode: ExitCode {
        state.withLock { state in
            guard state.refused + state.failed > 0 else { return .ok }
            return state.new + state.known > state.failed ? .partial : .error
        }
    }

    func take(_ path: String, _ image: JSONValue) {
        let id = image["imageId"]?.string ?? ""
        let isNew = image["isNew"]?.bool ?? false
        state.withLock { state in
            state.paths[id, default: []].append(path)
            state.images[id] = image
            if isNew { state.new += 1 } else { state.known += 1 }
        }
        // With waiting, one line per picture comes when it has come to its end.
        if !hasWaiting { tell(path, image, image["status"]?.string ?? "") }
    }

    func refuse(_ path: String, code: String, _ reason: String) {
        state.withLock { $0.refused += 1 }
        let json: JSONValue = [
            "path": .string(path), "error": ["code": .string(code), "detail": .string(reason)],
        ]
        output.result(json, "refused  \(path): \(reason)")
    }

    /// A picture is ready, or will never be.
    func end(_ id: String, _ status: JSONValue) {
        let word = status["status"]?.string ?? ""
        let (paths, image) = state.withLock { state in
            if word != "completed" { state.failed += state.paths[id]?.count ?? 0 }
            return (state.paths[id] ?? [], state.images[id] ?? .null)
        }
        for path in paths { tell(path, image, word, status["error"]?["message"]?.string) }
    }

    private func tell(_ path: String, _ image: JSONValue, _ status: String, _ reason: String? = nil) {
        let id = image["imageId"]?.string ?? ""
        let isNew = image["isNew"]?.bool ?? false
        let json: JSONValue = [
            "path": .string(path), "imageId": .string(id), "isNew": .bool(isNew), "status": .string(status),
            "sha256": image["sha256"] ?? .null, "url": image["url"] ?? .null,
            "error": reason.map { ["detail": .string($0)] } ?? .null,
        ]
        let word = status == "completed" ? "ready" : status == "pending" ? "stored" : status
        output.result(
            json, "\(word)  \(id)  \(path)\(isNew ? "" : " (was there already)")\(reason.map { ": \($0)" } ?? "")")
    }

    func tellTotal(skipped: Int) {
        guard !output.isJSON else { return }
        let text = state.withLock { state in
            var parts = ["\(state.new) new", "\(state.known) known"]
            if state.refused > 0 { parts.append("\(state.refused) refused") }
            if state.failed > 0 { parts.append("\(state.failed) failed") }
            if skipped > 0 { parts.append("\(skipped) skipped (no pictures)") }
            return parts.joined(separator: ", ")
        }
        Output.remark(text)
    }
}
