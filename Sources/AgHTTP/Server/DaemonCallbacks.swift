import AgBase
import CMicrohttpd
import Glibc

/// The library's calls into Swift. `owner` is the loop, on whose thread they all run.
enum DaemonCallbacks {
    static func table(owner: UnsafeMutableRawPointer) -> cmhd_callbacks {
        unsafe cmhd_callbacks(
            owner: owner, request_started: requestStarted, request_continued: requestContinued,
            request_ended: requestEnded, connection_opened: connectionOpened, connection_closed: connectionClosed,
            refused: refused, complained: complained)
    }

    private static func loop(_ owner: UnsafeMutableRawPointer?) -> EventLoop {
        unsafe Unmanaged<EventLoop>.fromOpaque(owner!).takeUnretainedValue()
    }

    private static let requestStarted:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            owner, target, pointer in
            let connection = unsafe DaemonConnection(pointer!)
            guard let record = connection.record else { return nil }
            let start = unsafe UInt(bitPattern: target!)
            let exchange = unsafe Exchange(
                loop: loop(owner), connection: connection, record: record, target: String(cString: target!),
                targetPlace: start..<start + UInt(strlen(target!)) + 1)
            record.headBegins(exchange)
            return unsafe Unmanaged.passRetained(exchange).toOpaque()
        }

    private static let requestContinued:
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutableRawPointer?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafeMutablePointer<Int>?
        ) -> Int32 = { _, _, context, method, version, data, size in
            guard let context = unsafe context else { return 0 }
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
            let arrival = unsafe Exchange.Arrival(
                line: exchange.line(method, version),
                bytes: UnsafeRawBufferPointer(start: data, count: size!.pointee))
            var taken = 0
            let goesOn = exchange.proceed(arrival, taken: &taken)
            unsafe size!.pointee -= taken
            return goesOn ? 1 : 0
        }

    private static let requestEnded: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Bool) -> Void =
        {
            _, context, isAnswered in
            let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context!).takeRetainedValue()
            let now = SuspendingClock.now
            exchange.end(isAnswered: isAnswered, at: now)
            exchange.record.exchangeEnded(isKept: isAnswered && exchange.keepsConnection, at: now)
            // Its head went out before the stop and promised to keep the connection open; no request follows now.
            if exchange.isEndless, exchange.loop.isDraining { exchange.record.cut() }
        }

    private static let connectionOpened:
        @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> UnsafeMutableRawPointer? = { owner, pointer in
            let record = unsafe loop(owner).opened(DaemonConnection(pointer!))
            return unsafe Unmanaged.passRetained(record).toOpaque()
        }

    private static let connectionClosed: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
        owner, context in
        let record = unsafe Unmanaged<ConnectionRecord>.fromOpaque(context!).takeRetainedValue()
        unsafe loop(owner).closed(record)
    }

    private static let refused: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UInt32) -> Bool = {
        owner, pointer, status in
        guard let record = unsafe DaemonConnection(pointer!).record else { return false }
        return unsafe loop(owner).refused(record, status: Int(status))
    }

    private static let complained: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = {
        owner, text in
        unsafe loop(owner).service.log.debug("http library", ["text": String(cString: text!)])
    }
}
