import AgBase
import AgContract
import AgRemotes

/// What the program tells the shell.
enum ExitCode: Int32, Sendable, CaseIterable {
    case ok = 0
    case error = 1
    case usage = 2
    /// Some of it worked.
    case partial = 3
    case notFound = 10
    /// Somebody else uses the data directory.
    case locked = 11
    /// The master key is missing, or is not the installation's.
    case wrongKey = 12
    case verificationFailed = 13

    /// As the help and docs/operating.md call it.
    var name: String {
        switch self {
        case .ok: "ok"
        case .error: "error"
        case .usage: "usage"
        case .partial: "partial"
        case .notFound: "not found"
        case .locked: "locked"
        case .wrongKey: "wrong key"
        case .verificationFailed: "verification failed"
        }
    }
}

/// Why a command ended: a sentence for people and a number for scripts.
struct Failure: Error, Sendable, CustomStringConvertible {
    let code: ExitCode
    let message: String

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// What the server said when it refused.
    init(problem answer: ServerClient.Answer) {
        let problem = answer.problem
        let sentence = problem.detail ?? "The server answered \(answer.status)."
        let details = (problem.errors ?? []).compactMap(\.detail).filter { $0 != sentence }
        // A line of theirs must not look like one of ours.
        let hint = answer.status == 401 ? " The token is looked for in ARGENTUM_TOKEN and in the data directory." : ""
        self.init(
            answer.status == 404 ? .notFound : .error,
            ([VisibleText.escaping(sentence) + hint] + details.map { "  \(VisibleText.escaping($0))" })
                .joined(separator: "\n"))
    }

    var description: String { message }

    static func isElsewhere(_ address: ServerAddress) -> Failure {
        Failure(
            .usage,
            "\(address) is another machine, and the owner's token of the data directory is for this one only: give a token "
                + "for it in ARGENTUM_TOKEN.")
    }
}
