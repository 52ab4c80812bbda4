import AgBase
import AgRemotes
import AgTesting
import Glibc

/// A client as most tests want it: no retries, no waits.
func testClient(
    rules: AddressRules? = nil, retries: RetryPolicy = .never, authorities: String? = nil,
    resolver: any NameResolver = SystemResolver(), pauses: Collected<Duration> = Collected()
) throws -> RemoteClient {
    var settings = RemoteSettings(userAgent: "tests", rules: rules, retries: retries)
    settings.authorities = authorities
    return try RemoteClient(settings, resolver: resolver) { pauses.add($0) }
}

extension LoopbackServer {
    func request(
        _ method: String, _ path: String = "/", host: String = "127.0.0.1", scheme: String = "http",
        body: RequestBody = .none
    ) throws -> RemoteRequest {
        RemoteRequest(method, try RemoteURL("\(scheme)://\(host):\(port)\(path)"), body: body)
    }
}

/// A body in pieces, as an asynchronous source makes it.
func stream(
    _ pieces: [[UInt8]], length: Int64?, isRepeatable: Bool = true, made: Collected<Int> = Collected()
) -> RequestBody {
    .stream(
        .init(length: length, isRepeatable: isRepeatable) {
            let next = Cursor(pieces)
            return AsyncThrowingStream(unfolding: {
                made.add(1)
                return next.next()
            })
        })
}

/// The elements of an array, one after the other.
private final class Cursor: Sendable {
    private let pieces: [[UInt8]]
    private let at = Counter()

    init(_ pieces: [[UInt8]]) { self.pieces = pieces }

    func next() -> [UInt8]? {
        let index = at.next()
        return index < pieces.count ? pieces[index] : nil
    }
}

/// Counts from 0.
final class Counter: Sendable {
    private let seen = Collected<Int>()

    func next() -> Int {
        seen.add(1)
        return seen.all.count - 1
    }
}

/// Resolves as a test says.
struct FixedNames: NameResolver {
    let names: [String: [String]]

    func addresses(of host: String) async throws -> [IPAddress] {
        guard let found = names[host] else { throw RemoteError(.unknownHost, "no \(host)", isUnsent: true) }
        return found.compactMap { IPAddress($0) }
    }
}

/// The error of a request that must fail.
func failure(_ body: () async throws -> Void) async -> RemoteError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RemoteError
    }
}

/// Holds a server's thread: the time that passes is what the test is about.
func usleepMilliseconds(_ count: UInt32) {
    usleep(count * 1_000)
}
