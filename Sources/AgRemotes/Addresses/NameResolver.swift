package import AgBase
import Glibc
import Synchronization

/// Finds the addresses of a name. Injected, so that a test says what a name resolves to.
package protocol NameResolver: Sendable {
    /// Throws `RemoteError` of kind `unknownHost`.
    func addresses(of host: String) async throws -> [IPAddress]
}

/// What the machine is set up to ask: `getaddrinfo` on threads of its own, as it blocks.
package struct SystemResolver: NameResolver {
    private let pool = BlockingPool(threads: 4, name: "resolve")

    package init() {}

    /// A cancelled caller goes on at once; the look-up ends by itself.
    package func addresses(of host: String) async throws -> [IPAddress] {
        let answer = OneAnswer<[IPAddress]>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.wait(continuation)
                Task { [pool] in
                    do {
                        answer.give(.success(try await pool.run { try Self.lookUp(host) }))
                    } catch {
                        answer.give(.failure(error))
                    }
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    private static func lookUp(_ host: String) throws -> [IPAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let cause = unsafe String(cString: gai_strerror(code))
            throw RemoteError(.unknownHost, "The host '\(host)' cannot be found.", cause: cause, isUnsent: true)
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            let raw = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            if let address = unsafe IPAddress(socketAddress: raw), !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }
}

/// The first of several results that arrive at one continuation.
final class OneAnswer<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiting: CheckedContinuation<Value, any Error>?
        var isGiven = false
    }

    private let state = Mutex(State())

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state in
            if state.result == nil { state.waiting = continuation }
            return state.result
        }
        if let result { continuation.resume(with: result) }
    }

    func give(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard !state.isGiven else { return nil }
            state.isGiven = true
            state.result = result
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(with: result)
    }
}
