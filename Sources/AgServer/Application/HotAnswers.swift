import AgBase
import AgCrypto
import AgHTTP
import AgLibrary
import Synchronization

/// Answers that are asked for again and again, whole, so that a hot picture costs one look instead of a walk through
/// routing, admission, the library and its headers.
///
/// An answer is given again only to a question that is equal in all that the handlers look at: the target, the proof of
/// who asks, what it accepts, and no condition but an entity tag. It ends with any revocation, with any write about its
/// picture, with its token or signature, and after `Reusable.patience`.
final class HotAnswers: Sendable {
    private struct Question: Sendable, Hashable {
        let target: String
        let accept: String?
        /// Of the token, so that no secret is kept.
        let proof: SHA256Digest?
        /// Of the page that asks, when it is one that may read the answer.
        let origin: String?
    }

    private final class Answer: Sendable {
        /// `nil` while only its 304 was asked for.
        let gift: Gift?
        let unchanged: PreparedResponse?
        let tag: String?
        let route: Metrics.Route
        let credential: Credential?
        let endings: Int
        let promise: Reusable

        init(
            _ gift: Gift?, _ unchanged: PreparedResponse?, tag: String?, route: Metrics.Route, credential: Credential?,
            endings: Int, promise: Reusable
        ) {
            self.gift = gift
            self.unchanged = unchanged
            self.tag = tag
            self.route = route
            self.credential = credential
            self.endings = endings
            self.promise = promise
        }
    }

    /// Bytes of bodies and some for the rest.
    private static let budget = 16 << 20
    private static let frame = 2 << 10

    private let access: Access
    private let limiter: RateLimiter
    private let time: any TimeSource
    private let cors: CORSDesk
    private let downloads: DownloadSeats
    private let metrics: Metrics
    private let answers = Mutex(RecentlyUsed<Question, Answer>(budget: budget))

    init(
        access: Access, limiter: RateLimiter, cors: CORSDesk, downloads: DownloadSeats, metrics: Metrics,
        time: any TimeSource
    ) {
        self.downloads = downloads
        self.access = access
        self.limiter = limiter
        self.cors = cors
        self.metrics = metrics
        self.time = time
    }

    /// The answer, counted; `nil` when the question has to go the whole way.
    func answer(to request: HTTPRequestHead) -> ReadyResponse? {
        guard let question = question(request), let found = answers.withLock({ $0.value(for: question) }) else {
            return nil
        }
        let now = ContinuousClock.now
        guard isGood(found, now) else {
            let gone = answers.withLock { $0.remove(question) }
            withExtendedLifetime(gone) {}
            return nil
        }
        guard let answer = Self.response(found, request.headers),
            let response = seated(answer, found, request), isAdmitted(found, request)
        else { return nil }
        found.route.count(request.method, status: response.status, took: ContinuousClock.now - now)
        return response
    }

    /// To be taken before a request is admitted: a revocation after it makes the answer unfit to be kept.
    var ticket: Int { access.endingCount }

    /// Keeps an answer whose handler attached a `Reusable`.
    func keep(_ response: HTTPResponse, to request: HTTPRequest, _ ticket: Int) {
        guard let promise = request.attached(Reusable.self), let route = request.attached(RouteTag.self),
            let question = question(request.head),
            let (gift, unchanged) = Self.forms(response, request.headers["if-none-match"])
        else { return }
        let answer = Answer(
            gift, unchanged, tag: response.headers["ETag"], route: metrics.route(route.pattern),
            credential: request.attached(Credential.self), endings: ticket, promise: promise)
        let weight = Self.frame + (gift?.weight ?? 0) + request.target.utf8.count
        // What goes is released behind the lock, which the optimiser would move into it: it is let go of by the HTTP library as well.
        let gone = answers.withLock { $0.insert(answer, for: question, weight: weight) }
        withExtendedLifetime(gone) {}
    }

    /// What can be given again of an answer: of a 200 itself and its 304, of a 304 to the very tag only that.
    private static func forms(_ response: HTTPResponse, _ condition: String?) -> (Gift?, PreparedResponse?)? {
        switch (response.status, condition) {
        case (200, nil):
            guard let gift = Gift(response) else { return nil }
            return (gift, response.unchanged.map { PreparedResponse($0) })
        case (304, let condition?):
            guard condition == response.headers["ETag"] else { return nil }
            return (nil, PreparedResponse(response))
        default: return nil
        }
    }

    private func isGood(_ answer: Answer, _ now: ContinuousClock.Instant) -> Bool {
        if let end = answer.credential?.expiresAt, end <= time.now() { return false }
        return answer.endings == access.endingCount && now < answer.promise.until && answer.promise.isCurrent()
    }

    /// `nil` for a tag that is not simply the one we have.
    private static func response(_ answer: Answer, _ headers: HTTPHeaders) -> ReadyResponse? {
        guard headers.contains(any: .ifNoneMatch) else { return answer.gift?.ready }
        guard let tag = answer.tag, let unchanged = answer.unchanged else { return nil }
        var isSame = false
        headers.withFirst(.ifNoneMatch) { isSame = $0.elementsEqual(tag.utf8) }
        return isSame ? .prepared(unchanged) : nil
    }

    /// A file needs a seat; without one the request goes the whole way, where its refusal is worded.
    private func seated(_ answer: ReadyResponse, _ found: Answer, _ request: HTTPRequestHead) -> ReadyResponse? {
        guard case .single(let response) = answer else { return answer }
        let caller = found.credential?.origin.caller ?? .stranger(at: request.peer)
        return downloads.seated(response, to: request.method, caller).map { .single($0) }
    }

    /// One that has to be refused goes the whole way, where its refusal is worded.
    private func isAdmitted(_ answer: Answer, _ request: HTTPRequestHead) -> Bool {
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
    private static let conditions: KnownNames = [.range, .ifMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange]

    /// Texts are compared as Unicode, for which some other letters equal those of ASCII.
    private static func isASCII(_ text: String) -> Bool {
        // Without an early end: then the compiler takes many bytes at once.
        text.utf8.withContiguousStorageIfAvailable { $0.reduce(0, |) < 0x80 } ?? text.utf8.allSatisfy { $0 < 0x80 }
    }

    private func question(_ request: HTTPRequestHead) -> Question? {
        let headers = request.headers
        guard request.method == .get, !headers.contains(any: Self.conditions), !headers.repeats(any: .accept),
            let origin = cors.question(request)
        else { return nil }
        let accept = headers.first(.accept)
        guard Self.isASCII(request.target), accept.map(Self.isASCII) ?? true else { return nil }
        var proof: SHA256Digest?
        switch AuthorizationHeader.read(headers, { proof = SHA256Digest.of($0) }) {
        case .bearer: break
        // A cookie would have to be looked up; beside another scheme than ours, it decides.
        case .other: return nil
        case .none: if headers.contains(any: .cookie) { return nil }
        }
        return Question(target: request.target, accept: accept, proof: proof, origin: origin)
    }
}

extension HTTPResponse {
    private static let ofTheBody = ["Content-Type", "Content-Disposition", "Accept-Ranges", "Content-Length"]

    /// The 304 that stands for this 200; `nil` without an entity tag.
    fileprivate var unchanged: HTTPResponse? {
        guard headers.contains("ETag"), let length = body.length else { return nil }
        var headers = HTTPHeaders(headers.fields.filter { !Self.ofTheBody.contains($0.name) })
        // As for any 304: the length of the 200 that it stands for.
        headers.add("Content-Length", "\(length)")
        return HTTPResponse(304, headers: headers)
    }
}
