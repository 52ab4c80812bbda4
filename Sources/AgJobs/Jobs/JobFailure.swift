internal import AgBase
package import AgModel
internal import AgSQL

/// Why an attempt failed, as its handler says it.
package struct JobFailure: Error, Sendable {
    /// Decides whether it is tried again.
    package var `class`: ErrorClass
    /// Stable, kebab-case; programs switch on it.
    package var code: String
    /// A sentence that a stranger may read.
    package var message: String
    /// The earliest next attempt, when a provider named it.
    package var retryAfter: Duration?
    /// The machine's trouble, such as a full disk: the attempt costs nothing, and is made again until that is over.
    package var blamesTheMachine = false
    /// How often such trouble costs nothing, when it may be the job's own; `nil` is always. It is counted with the crashes.
    package var freeTimes: Int?
    /// How soon that may be over; `nil` is about half a minute.
    package var troubleLasts: Duration?
    /// For the log only.
    package var cause: (any Error)?

    package init(
        _ class: ErrorClass, _ code: String, _ message: String, retryAfter: Duration? = nil, cause: (any Error)? = nil
    ) {
        self.class = `class`
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.cause = cause
    }
}

extension JobFailure {
    /// Any error as a failure: what is meant for strangers is kept, the rest is called internal and goes to the log.
    package init(_ error: any Error) {
        switch error {
        case let failure as JobFailure: self = failure
        case let fault as Fault:
            self.init(fault)
        case let error as SQLError:
            self.init(error.fault)
            blamesTheMachine = [.full, .io, .busy].contains(error.code)
            // A database that restarts is back within seconds; a client's patience is no measure for work that waits anyway.
            if error.code == .io || error.code == .busy {
                troubleLasts = .seconds(2)
                retryAfter = nil
            }
        default: self.init(.internal, "internal-error", "The job failed for a reason on our side.", cause: error)
        }
    }

    private init(_ fault: Fault) {
        self.init(Self.class(of: fault.kind), fault.code, fault.message, retryAfter: fault.retryAfter, cause: fault)
        blamesTheMachine = fault.kind == .insufficientStorage || fault.code == Nodes.endedCode
    }

    private static func `class`(of kind: Fault.Kind) -> ErrorClass {
        switch kind {
        case .badRequest, .notFound, .conflict, .gone, .preconditionFailed, .tooLarge, .unsupportedMediaType,
            .unprocessable:
            .invalid
        case .unauthorized, .forbidden: .auth
        case .tooManyRequests: .rateLimit
        case .internal, .unavailable, .insufficientStorage, .timedOut: .internal
        }
    }
}

extension JobFailure {
    /// In bytes. Children and providers may say anything; a row and its events need no more.
    static let longestMessage = 1_000

    /// Its words as every database takes them and a terminal may show them: one line, without characters that steer it.
    var writable: (code: String, message: String) {
        (Self.clean(code, 100), Self.clean(message, Self.longestMessage))
    }

    private static func clean(_ text: String, _ limit: Int) -> String {
        var clean = String.UnicodeScalarView()
        clean.append(contentsOf: text.excerpt(limit).unicodeScalars.lazy.map { $0.steersText ? " " : $0 })
        return String(clean)
    }
}

/// The attempt no longer holds its job: it was cancelled, or given to another worker. Its effects are refused.
package struct LeaseLost: Error, Sendable, Equatable {
    package init() {}
}
