import AgBase
import Testing

@testable import AgHTTP

private struct PretendSocket: SocketState {
    var isPeerThere = true
    var acknowledged: Int64? = 0
    var hasUnacknowledged = false
    var hasUnread = false
}

@Suite("A connection's deadlines")
struct ConnectionWatchTests {
    private var settings: HTTPServerSettings {
        var settings = HTTPServerSettings()
        settings.headTimeout = .seconds(10)
        settings.idleTimeout = .seconds(60)
        settings.rateWindow = .seconds(10)
        settings.minBytesPerSecond = 100
        settings.peerCheck = .seconds(5)
        return settings
    }

    private let start = SuspendingClock.now

    private func at(_ seconds: Int64) -> SuspendingClock.Instant { start + .seconds(seconds) }

    @Test("a fresh connection owes its head at once")
    func freshHead() {
        var watch = ConnectionWatch(openedAt: at(0))
        #expect(watch.check(at(10), stage: .head, settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(11), stage: .head, settings: settings, socket: PretendSocket()) == .slowHead)
    }

    @Test("dripping a head does not extend its time")
    func drippedHead() {
        var watch = ConnectionWatch(openedAt: at(0))
        watch.headBegan(at: at(9))
        #expect(watch.check(at(11), stage: .head, settings: settings, socket: PretendSocket()) == .slowHead)
    }

    @Test("between requests a connection may idle longer, but a head that began is due")
    func idle() {
        var watch = ConnectionWatch(openedAt: at(0))
        watch.headEnded()
        watch.isIdle(since: at(5))
        #expect(watch.check(at(65), stage: .head, settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(66), stage: .head, settings: settings, socket: PretendSocket()) == .idle)
        watch.headBegan(at: at(50))
        #expect(watch.check(at(61), stage: .head, settings: settings, socket: PretendSocket()) == .slowHead)
    }

    @Test("a body must come at the least rate")
    func slowBody() {
        var watch = ConnectionWatch(openedAt: at(0))
        let check = { (watch: inout ConnectionWatch, second: Int64, bytes: Int64) in
            watch.check(
                self.at(second), stage: .receiving(bytes: bytes), settings: self.settings, socket: PretendSocket())
        }
        #expect(check(&watch, 0, 0) == .fine)
        #expect(check(&watch, 9, 10) == .fine)
        #expect(check(&watch, 10, 1_000) == .fine)
        #expect(check(&watch, 20, 1_999) == .slowBody)
    }

    @Test("time during which we hold a body back does not count")
    func heldBody() {
        var watch = ConnectionWatch(openedAt: at(0))
        #expect(watch.check(at(0), stage: .receiving(bytes: 0), settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(5), stage: .held, settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(20), stage: .receiving(bytes: 1), settings: settings, socket: PretendSocket()) == .fine)
        #expect(
            watch.check(at(30), stage: .receiving(bytes: 2), settings: settings, socket: PretendSocket()) == .slowBody)
    }

    @Test("a body that stands still before unread bytes, and not only for a moment, is stuck")
    func stuckBody() {
        var watch = ConnectionWatch(openedAt: at(0))
        let check = { (watch: inout ConnectionWatch, second: Int64, bytes: Int64, isUnread: Bool) in
            watch.check(
                self.at(second), stage: .receiving(bytes: bytes), settings: self.settings,
                socket: PretendSocket(hasUnread: isUnread))
        }
        #expect(check(&watch, 0, 500, true) == .fine)
        #expect(check(&watch, 1, 500, true) == .fine)
        #expect(check(&watch, 2, 500, false) == .fine)
        #expect(check(&watch, 3, 500, true) == .fine)
        #expect(check(&watch, 4, 501, true) == .fine)
        #expect(check(&watch, 5, 501, true) == .fine)
        #expect(check(&watch, 6, 501, true) == .stuck)
    }

    @Test("a body that stands still is looked after, one that moves is not")
    func goneSender() {
        var watch = ConnectionWatch(openedAt: at(0))
        let gone = PretendSocket(isPeerThere: false)
        #expect(watch.check(at(0), stage: .receiving(bytes: 5), settings: settings, socket: gone) == .fine)
        #expect(watch.check(at(1), stage: .receiving(bytes: 6), settings: settings, socket: gone) == .fine)
        #expect(watch.check(at(2), stage: .receiving(bytes: 6), settings: settings, socket: gone) == .gone)
    }

    @Test("a waiting client is looked after every so often")
    func gonePeer() {
        var watch = ConnectionWatch(openedAt: at(0))
        let gone = PretendSocket(isPeerThere: false)
        #expect(watch.check(at(4), stage: .waiting, settings: settings, socket: gone) == .fine)
        #expect(watch.check(at(5), stage: .waiting, settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(9), stage: .waiting, settings: settings, socket: gone) == .fine)
        #expect(watch.check(at(10), stage: .waiting, settings: settings, socket: gone) == .gone)
    }

    @Test("an answer that lies in the kernel must be read at the least rate too")
    func slowReaderBehindTheKernel() {
        var watch = ConnectionWatch(openedAt: at(0))
        watch.isIdle(since: at(0))
        let stuck = PretendSocket(acknowledged: 7, hasUnacknowledged: true)
        #expect(watch.check(at(1), stage: .head, settings: settings, socket: stuck) == .fine)
        #expect(watch.check(at(11), stage: .head, settings: settings, socket: stuck) == .slowReader)
        var patient = ConnectionWatch(openedAt: at(0))
        patient.isIdle(since: at(0))
        #expect(patient.check(at(1), stage: .head, settings: settings, socket: PretendSocket()) == .fine)
        #expect(patient.check(at(11), stage: .head, settings: settings, socket: PretendSocket()) == .fine)
    }

    @Test("an answer must be read at the least rate, while there is any of it on its way")
    func slowReader() {
        var watch = ConnectionWatch(openedAt: at(0))
        let stuck = PretendSocket(acknowledged: 7, hasUnacknowledged: true)
        #expect(watch.check(at(0), stage: .sending, settings: settings, socket: stuck) == .fine)
        #expect(watch.check(at(9), stage: .sending, settings: settings, socket: PretendSocket()) == .fine)
        #expect(watch.check(at(11), stage: .sending, settings: settings, socket: stuck) == .fine)
        #expect(watch.check(at(21), stage: .sending, settings: settings, socket: stuck) == .slowReader)
        let unknown = PretendSocket(acknowledged: nil, hasUnacknowledged: true)
        #expect(watch.check(at(99), stage: .sending, settings: settings, socket: unknown) == .fine)
    }
}
