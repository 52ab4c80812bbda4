import AgBase
import AgCrypto
import AgHTTP
import AgLibrary
import Synchronization

/// A handler's word that its answer may be given again to the same question by the same caller.
struct Reusable: Sendable {
    /// Whether nothing has been written since that the answer depends on. Asked for each request: it must be quick.
    let isCurrent: @Sendable () -> Bool
    /// What other processes write is noticed then; the end of a signature is here too.
    let until: ContinuousClock.Instant

    /// How long an answer is given again at most.
    static let patience: Duration = .seconds(2)

    init(lives: Duration = patience, isCurrent: @escaping @Sendable () -> Bool) {
        self.isCurrent = isCurrent
        until = .now + min(lives, Self.patience)
    }
}

/// Answers that are asked for again and again, whole, so that a hot picture costs one look instead of a walk through
/// routing, admission, the library and its headers.
///
/// An answer is given again only to a question that is equal in all that the handlers look at: the target, the proof of
/// who asks, and no condition but an entity tag. It ends with any revocation, with any write about its picture, and
/// after two seconds.
final class HotAnswers: Sendable {
    private struct Question: Hashable {
        let target: String
        /// Of the Authorization header, so that no secret is kept.
        let proof: SHA256Digest?
    }

    private struct Answer: Sendable {
        let response: HTTPResponse
        let unchanged: HTTPResponse?
        let tag: String?
        let route: RouteTag
        let credential: Credential?
        let endings: Int
        let promise: Reusable
    }

    /// What is kept, in bytes; bodies are shared with the caches below and hardly count.
    private static let budget = 4 << 20

    private let access: Access
    private let limiter: RateLimiter
    private let answers = Mutex(RecentlyUsed<Question, Answer>(budget: budget))

    init(access: Access, limiter: RateLimiter) {
        self.access = access
        self.limiter = limiter
    }

    /// The answer and its route; `nil` when the question has to go the whole way.
    func answer(to request: HTTPRequest) -> (response: HTTPResponse, route: RouteTag)? {
        guard let question = Self.question(request) else { return nil }
        let found = answers.withLock { $0.value(for: question) }
        guard let found, found.endings == access.endingCount, .now < found.promise.until, found.promise.isCurrent(),
            isAdmitted(found, request)
        else { return nil }
        guard let condition = request.headers["if-none-match"] else { return (found.response, found.route) }
        guard let unchanged = found.unchanged, condition == found.tag else { return nil }
        return (unchanged, found.route)
    }

    /// Keeps an answer whose handler attached a `Reusable`.
    func keep(_ response: HTTPResponse, to request: HTTPRequest) {
        guard response.status == 200, let promise = request.attached(Reusable.self),
            let route = request.attached(RouteTag.self), !request.headers.contains("if-none-match"),
            // It depends on more than the question holds.
            !response.headers.contains("Vary"), let question = Self.question(request)
        else { return }
        let answer = Answer(
            response: response, unchanged: response.unchanged, tag: response.headers["ETag"], route: route,
            credential: request.attached(Credential.self), endings: access.endingCount, promise: promise)
        answers.withLock { _ = $0.insert(answer, for: question, weight: 2_048 + request.target.utf8.count) }
    }

    /// One that has to be refused goes the whole way, where its refusal is worded.
    private func isAdmitted(_ answer: Answer, _ request: HTTPRequest) -> Bool {
        do {
            if let credential = answer.credential {
                try limiter.admit(credential)
            } else {
                try limiter.admit(strangerAt: request.peer)
            }
            return true
        } catch {
            return false
        }
    }

    /// Whatever else a handler may look at.
    private static let conditions = ["range", "if-match", "if-modified-since", "if-unmodified-since", "if-range"]

    private static func question(_ request: HTTPRequest) -> Question? {
        guard request.method == .get, !conditions.contains(where: request.headers.contains) else { return nil }
        if let header = request.headers["authorization"] {
            return Question(target: request.target, proof: SHA256Digest.of(header))
        }
        // A cookie would have to be looked up.
        return request.headers.contains("cookie") ? nil : Question(target: request.target, proof: nil)
    }
}

extension HTTPResponse {
    /// The 304 that stands for this 200; `nil` without an entity tag.
    fileprivate var unchanged: HTTPResponse? {
        guard headers.contains("ETag"), let length = body.length else { return nil }
        let kept = headers.fields.filter { !Self.ofTheBody.contains($0.name) }
        var headers = HTTPHeaders(kept)
        // As for any 304: the length of the 200 that it stands for.
        headers.add("Content-Length", "\(length)")
        return HTTPResponse(304, headers: headers)
    }

    private static let ofTheBody: Set<String> = [
        "Content-Type", "Content-Disposition", "Accept-Ranges", "Content-Length",
    ]
}
