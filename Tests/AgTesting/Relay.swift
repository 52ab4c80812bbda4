import Glibc
import Synchronization

/// Stands between a client and a server's Unix socket and plays a bad network: it stalls, cuts, or loses one direction.
package final class Relay: Sendable {
    package enum Mood: Int, Sendable {
        /// Passes everything on.
        case fair
        /// Passes nothing on and keeps connections open.
        case stalled
        /// Passes on what clients send, and nothing that servers answer. Connections from before stay so, as behind a firewall that
        /// forgot them.
        case deaf
        /// Ends every connection, and each new one at once.
        case cut
    }

    private struct State {
        var mood = Mood.fair
        var pairs: [(client: Int32, server: Int32)] = []
        /// The ends at the server of connections that were there while the relay was deaf.
        var forgotten: Set<Int32> = []
        var isClosed = false
    }

    private let listener: Int32
    private let server: String
    private let replaced: (bytes: [UInt8], by: [UInt8])?
    private let state = Mutex(State())

    /// Listens at `path` and connects to `server`, both paths of Unix sockets.
    ///
    /// - Parameter replacing: a text that clients get another one of the same length for, wherever the server sends it whole.
    package init(at path: String, to server: String, replacing: (text: String, by: String)? = nil) {
        self.server = server
        replaced = replacing.map { (Array($0.text.utf8), Array($0.by.utf8)) }
        precondition(replaced?.bytes.count == replaced?.by.count, "Lengths stand in the messages around the text.")
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = Self.withAddress(path) { bind(listener, $0, $1) }
        precondition(bound == 0 && listen(listener, 64) == 0, "The relay cannot listen at \(path): errno \(errno)")
        start { while self.accept() {} }
    }

    package var connections: Int { state.withLock(\.pairs.count) }

    package func become(_ mood: Mood) {
        let ended = state.withLock { state in
            state.mood = mood
            if mood == .deaf { state.forgotten.formUnion(state.pairs.map(\.server)) }
            return mood == .cut ? state.pairs : []
        }
        for pair in ended { Self.end(pair) }
    }

    package func close() {
        let pairs = state.withLock { state in
            state.isClosed = true
            return state.pairs
        }
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
        for pair in pairs { Self.end(pair) }
    }

    private func accept() -> Bool {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return !state.withLock(\.isClosed) && errno == EINTR }
        let onward = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let isWelcome = state.withLock { $0.mood != .cut }
        guard isWelcome, Self.withAddress(server, { connect(onward, $0, $1) }) == 0 else {
            Glibc.close(client)
            Glibc.close(onward)
            return true
        }
        state.withLock { $0.pairs.append((client, onward)) }
        start { self.pass(from: client, to: onward, losesInMood: nil) }
        start { self.pass(from: onward, to: client, losesInMood: .deaf) }
        return true
    }

    private func pass(from source: Int32, to target: Int32, losesInMood loses: Mood?) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            if count <= 0 { break }
            if loses != nil, let replaced { Self.replace(replaced.bytes, by: replaced.by, in: &buffer[..<count]) }
            while state.withLock({ $0.mood == .stalled && !$0.isClosed }) { usleep(2_000) }
            if let loses, state.withLock({ $0.mood == loses || $0.forgotten.contains(source) }) { continue }
            if send(target, buffer, count, Int32(MSG_NOSIGNAL)) <= 0 { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    private static func replace(_ old: [UInt8], by new: [UInt8], in bytes: inout ArraySlice<UInt8>) {
        var index = bytes.startIndex
        while index + old.count <= bytes.endIndex {
            if bytes[index..<index + old.count].elementsEqual(old) {
                bytes.replaceSubrange(index..<index + old.count, with: new)
            }
            index += 1
        }
    }

    private static func end(_ pair: (client: Int32, server: Int32)) {
        shutdown(pair.client, Int32(SHUT_RDWR))
        shutdown(pair.server, Int32(SHUT_RDWR))
    }

    private func start(_ body: @escaping @Sendable () -> Void) {
        final class Start {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Start(body)).toOpaque())
        pthread_detach(thread)
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
