import AgBase
import CMicrohttpd
import Synchronization

/// One request on its way through the server: from its request line to the last byte of its answer.
///
/// The library repeats its callback whenever the connection may go on, with arguments that do not say why; `course.phase`
/// is our own account of where we are. What other threads touch is behind one lock, and the connection is suspended
/// and resumed only while it is held, so that no wake-up can fall between a look and a sleep.
// `course` is touched on the loop's thread only: by the library's callbacks and by the tick. The rest is behind the lock.
final class Exchange: @unchecked Sendable {
    enum Phase {
        /// The request line is there, the head is not.
        case head
        /// The head is there; will the handler read the body, or answer without it?
        case deciding
        /// The body arrives, for the handler, or to be discarded.
        case body
        /// Waiting for the answer.
        case answering
        /// The library has the answer.
        case answered
    }

    /// What only the loop's thread touches.
    struct Course {
        var phase = Phase.head
        /// As far as it could be read.
        var head: HTTPRequestHead?
        var request: HTTPRequest?
        /// The answer that was there before the handler was asked.
        var ready: ReadyResponse?
        var method = HTTPMethod.get
        var requestID = ""
        var declaredLength: Int64?
        var expectsContinue = false
        var hasHandler = false
        /// The library takes a lone line feed between chunks, which others skip over: should a proxy and we ever differ
        /// on where a chunked body ends, nothing is read behind it.
        var endsConnection = false
        /// HTTP/1.0, where a connection is for one request.
        var isLast = false
        var status = 499
        var bytesIn: Int64 = 0
        var bytesOut: Int64 = 0
        var discarded: Int64 = 0
    }

    /// What the loop, the handler and the body's reader share.
    struct State {
        var isSuspended = false
        /// The library is done with the connection's request; its handle must not be used.
        var isOver = false
        /// The connection is to be closed at the next callback.
        var isDoomed = false
        var outcome: HTTPResponse?
        var intake = BodyIntake()
        /// When all of the body has to be there, if its reader said so.
        var bodyDeadline: SuspendingClock.Instant?
        /// The deadline has passed: the answer is sent in the middle of the body.
        var isBodyLate = false
        /// Both only while they run: a task keeps its memory as long as it is referenced.
        var handler: Task<Void, Never>?
        var producer: Task<Void, Never>?
        var stream: StreamBody?
    }

    let loop: EventLoop
    let connection: DaemonConnection
    let target: String
    /// Where the target lay in the library's memory, its zero included.
    let targetPlace: Range<UInt>
    let startedAt = SuspendingClock.now
    let record: ConnectionRecord
    var course = Course()
    let state = Mutex(State())

    init(
        loop: EventLoop, connection: DaemonConnection, record: ConnectionRecord, target: String,
        targetPlace: Range<UInt>
    ) {
        self.loop = loop
        self.connection = connection
        self.record = record
        self.target = target
        self.targetPlace = targetPlace
    }

    func line(_ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?) -> cmhd_line {
        unsafe cmhd_line(
            method: method, target: targetPlace.lowerBound, target_end: targetPlace.upperBound, version: version)
    }

    var settings: HTTPServerSettings { loop.service.settings }

    /// For problems and logs: a query may hold a secret.
    var path: String { String(Substring(target.utf8.prefix { $0 != UInt8(ascii: "?") })) }

    /// The client's address, as far as proxies that are trusted tell it.
    var client: String { course.head?.peer ?? record.peer }

    /// Suspends the connection; call only with the lock held, from a callback of this connection.
    func suspend(_ state: inout State) {
        state.isSuspended = true
        connection.suspend()
    }

    /// Lets the connection go on if it was held; call only with the lock held.
    func resume(_ state: inout State) {
        guard state.isSuspended, !state.isOver else { return }
        state.isSuspended = false
        loop.resume(connection)
    }
}
