package import AgBase

/// How a client connects.
package struct RemoteSettings: Sendable {
    package enum Proxy: Sendable {
        /// `https_proxy`, `http_proxy` and `no_proxy`, as curl reads them; never for this machine itself.
        case environment
        case none
    }

    package var userAgent: String
    /// A PEM file of certificate authorities to trust instead of the system's. Certificates are always verified.
    package var authorities: String?
    package var proxy = Proxy.environment
    /// Which addresses may be connected to; all by default. With rules no proxy is used: it would resolve names by itself.
    package var rules: AddressRules?
    package var retries: RetryPolicy
    /// Further requests wait, which counts as silence; 0 for no limit.
    package var connectionsPerHost = 0
    /// Connections that are kept for later requests.
    package var idleConnections = 16

    package init(userAgent: String, rules: AddressRules? = nil, retries: RetryPolicy = RetryPolicy()) {
        self.userAgent = userAgent
        self.rules = rules
        self.retries = retries
    }

    func usesProxy(for url: RemoteURL) -> Bool {
        guard proxy == .environment, rules == nil else { return false }
        let isLoopback = IPAddress(url.host).map(\.isLoopback) ?? ["localhost", "localhost."].contains(url.host)
        return !isLoopback
    }
}

/// HTTP/1.1 and 2 to other machines, on libcurl. One for each set of rules; it keeps connections between requests.
///
/// Bodies stream both ways with back-pressure: at most some hundred kilobytes of each are in memory. A cancelled task leaves
/// at once, and its connection is closed.
package final class RemoteClient: Sendable {
    private let settings: RemoteSettings
    private let resolver: any NameResolver
    private let loop: CurlLoop
    private let time: any TimeSource
    private let sleep: @Sendable (Duration) async throws -> Void

    /// Throws `RemoteError` when libcurl cannot start.
    package init(
        _ settings: RemoteSettings, resolver: any NameResolver = SystemResolver(), time: any TimeSource = SystemTime(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) throws(RemoteError) {
        self.settings = settings
        self.resolver = resolver
        self.time = time
        self.sleep = sleep
        loop = try CurlLoop(settings)
        loop.run()
    }

    deinit {
        loop.close()
    }

    /// The head of the answer, whatever its status, with its body to be read. Retries and redirects as set.
    ///
    /// Throws `RemoteError`, `CancellationError`, and what the request's body throws.
    package func send(_ request: RemoteRequest) async throws -> RemoteResponse {
        var attempt = 1
        return try await send(request, &attempt)
    }

    /// - Parameter attempt: which one the next one is; on return, which one brought the answer.
    private func send(_ request: RemoteRequest, _ attempt: inout Int) async throws -> RemoteResponse {
        var request = request
        var followed = 0
        while true {
            let response = try await sendWithRetries(request, &attempt)
            guard
                let next = try Redirects.next(
                    after: request, status: response.status, location: response.headers["Location"],
                    followed: followed)
            else { return response }
            request = next
            followed += 1
        }
    }

    /// The whole of a small answer. An answer that breaks off is asked for again like one that did not come.
    package func fetch(_ request: RemoteRequest, atMost limit: Int) async throws -> RemoteAnswer {
        var request = request
        request.limits.answerBytes = min(request.limits.answerBytes ?? .max, Int64(limit))
        var attempt = 1
        while true {
            // Failures before the head are retried there, and counted together with those behind it.
            let response = try await send(request, &attempt)
            do {
                return RemoteAnswer(
                    status: response.status, headers: response.headers, body: try await response.body.collect())
            } catch let error as RemoteError {
                guard case .retry(let pause) = decision(.failure(error), attempt, request) else { throw error }
                try await sleep(pause)
                attempt += 1
            }
        }
    }

    private func sendWithRetries(_ request: RemoteRequest, _ attempt: inout Int) async throws -> RemoteResponse {
        var isFresh = false
        while true {
            let outcome: RetryPolicy.Outcome
            let result: Result<RemoteResponse, RemoteError>
            do {
                let response = try await sendOnce(request, isFresh: isFresh)
                let asked = RetryAfter.duration(response.headers["Retry-After"], now: time.now())
                outcome = .answer(status: response.status, retryAfter: asked)
                result = .success(response)
            } catch let error as RemoteError {
                if error.isStaleConnection, !isFresh, request.isIdempotent, request.body.isRepeatable {
                    isFresh = true
                    continue
                }
                outcome = .failure(error)
                result = .failure(error)
            }
            guard case .retry(let pause) = decision(outcome, attempt, request) else { return try result.get() }
            try await sleep(pause)
            attempt += 1
        }
    }

    private func decision(
        _ outcome: RetryPolicy.Outcome, _ attempt: Int, _ request: RemoteRequest
    ) -> RetryPolicy.Decision {
        settings.retries.decision(
            after: outcome, attempt: attempt, isIdempotent: request.isIdempotent,
            isRepeatable: request.body.isRepeatable, chance: .random(in: 0...1))
    }

    private func sendOnce(_ request: RemoteRequest, isFresh: Bool) async throws -> RemoteResponse {
        try Task.checkCancellation()
        let transfer = Transfer(
            TransferPlan(
                url: request.url, method: request.method, headers: request.headers, body: request.body,
                limits: request.limits, takesCompressed: request.takesCompressed,
                addresses: try await checkedAddresses(of: request.url, request.limits.connect),
                needsFreshConnection: isFresh),
            on: loop)
        let owner = TransferOwner(transfer, client: self)
        let head = try await transfer.begin()
        return RemoteResponse(
            status: head.status, headers: head.headers, url: request.url, body: ResponseBody(owner: owner))
    }

    /// One address that is forbidden refuses the name: which one would be connected to is chance.
    private func checkedAddresses(of url: RemoteURL, _ limit: Duration) async throws -> [IPAddress]? {
        guard let rules = settings.rules else { return nil }
        let addresses: [IPAddress]
        if let address = IPAddress(url.host) {
            addresses = [address]
        } else {
            addresses = try await resolve(url.host, within: limit)
        }
        guard !addresses.isEmpty else {
            throw RemoteError(.unknownHost, "The host '\(url.host)' cannot be found.", isUnsent: true)
        }
        guard addresses.allSatisfy(rules.allows) else { throw RemoteError.forbidden(url, rules) }
        return addresses
    }

    private func resolve(_ host: String, within limit: Duration) async throws -> [IPAddress] {
        try await withThrowingTaskGroup(of: [IPAddress].self) { [resolver] group in
            group.addTask { try await resolver.addresses(of: host) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw RemoteError(.connectTimeout, "The host '\(host)' was not found in time.", isUnsent: true)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }
}
