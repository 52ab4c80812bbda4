import AgBase
import AgModel
import AgSQL
import AgTesting
import Testing

@testable import AgJobs

@Suite("The event log", .everyEngine, .timeLimit(.minutes(1)))
struct EventLogTests {
    private func append(_ plant: Plant, _ count: Int, type: EventType = .imageCreated, image: String? = nil)
        async throws
    {
        try await plant.database.write { tx in
            for index in 0..<count {
                plant.events.append(
                    type, about: image.map { EventSubject(.image, $0) }, data: "{\"n\":\(index)}", in: tx)
            }
        }
    }

    /// The numbers of the next `count` events; a resync is shown as its negative number.
    private func numbers(_ subscription: EventSubscription, _ count: Int) async throws -> [Int64] {
        var numbers: [Int64] = []
        while numbers.count < count, let message = try await subscription.next() {
            switch message {
            case .event(let event): numbers.append(event.sequence ?? 0)
            case .resync(let latest): numbers.append(-latest)
            }
        }
        return numbers
    }

    @Test("replays what came after a number, then tells what comes")
    func replayThenLive() async throws {
        try await Plant.with { plant in
            try await append(plant, 5)
            let subscription = try await plant.events.subscribe(after: 2)
            #expect(try await numbers(subscription, 3) == [3, 4, 5])
            try await append(plant, 2)
            #expect(try await numbers(subscription, 2) == [6, 7])
            #expect(try await plant.events.latestSequence() == 7)
        }
    }

    @Test("begins with what comes when no number is given")
    func fromNow() async throws {
        try await Plant.with { plant in
            try await append(plant, 5)
            let subscription = try await plant.events.subscribe(after: nil)
            try await append(plant, 1)
            #expect(try await numbers(subscription, 1) == [6])
        }
    }

    @Test("says nothing of what was rolled back")
    func rollback() async throws {
        struct Refusal: Error {}
        try await Plant.with { plant in
            let subscription = try await plant.events.subscribe(after: nil)
            await #expect(throws: Refusal.self) {
                try await plant.database.write { tx in
                    plant.events.append(.imageCreated, about: nil, data: "{}", in: tx)
                    throw Refusal()
                }
            }
            try await append(plant, 1, type: .imageDeleted)
            guard case .event(let event)? = try await subscription.next() else { return #expect(Bool(false)) }
            #expect(event.type == .imageDeleted)
        }
    }

    @Test("leaves no gap and tells nothing twice, whenever one begins to listen")
    func noGapNoDouble() async throws {
        try await Plant.with(events: {
            $0.page = 7; $0.buffer = 10_000
        }) { plant in
            try await append(plant, 1)
            try await withThrowingTaskGroup(of: [Int64]?.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 { try await append(plant, writer + 1) }
                        return nil
                    }
                }
                for listener in 0..<20 {
                    group.addTask {
                        await eventually { (try? await plant.events.latestSequence()) ?? 0 >= Int64(listener * 20 + 1) }
                        let subscription = try await plant.events.subscribe(after: Int64(listener))
                        return try await numbers(subscription, 501 - listener)
                    }
                }
                for try await heard in group {
                    guard let heard else { continue }
                    #expect(heard == Array((heard.first ?? 0)...501))
                }
            }
        }
    }

    @Test("numbers events in the order of their commits")
    func commitOrder() async throws {
        let order = Collected<String>()
        try await Plant.with { plant in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        try await plant.database.write { tx in
                            let data = "{\"n\":\(index)}"
                            plant.events.append(.imageCreated, about: nil, data: data, in: tx)
                            tx.afterCommit { order.add(data) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await eventually { order.all.count == 100 }
            let logged = try await plant.logged().map(\.data)
            #expect(logged.sorted() == order.all.sorted() && logged.count == 100)
            // Elsewhere several threads commit, and tell of it in any order.
            if Engine.current == .sqlite { #expect(logged == order.all) }
        }
    }

    @Test("shows each listener what its filter wants")
    func filters() async throws {
        try await Plant.with { plant in
            let byType = try await plant.events.subscribe(after: nil, filter: EventFilter(types: [.imageDeleted]))
            let byImage = try await plant.events.subscribe(
                after: 0, filter: EventFilter(subject: EventSubject(.image, "b")))
            try await append(plant, 1, image: "a")
            try await append(plant, 1, type: .imageDeleted, image: "a")
            try await append(plant, 1, image: "b")
            try await append(plant, 1, type: .imageDeleted, image: "b")
            #expect(try await numbers(byType, 2) == [2, 4])
            #expect(try await numbers(byImage, 2) == [3, 4])
        }
    }

    @Test("tells things of two kinds that share an id apart, for followers and for caches")
    func subjects() async throws {
        try await Plant.with { plant in
            let heard = Collected<String>()
            plant.events.whenChanged(.image) { heard.add($0 ?? "all") }
            let (image, item) = (EventSubject(.image, "a"), EventSubject(EventSubject.Kind("item"), "a"))
            let items = try await plant.events.subscribe(after: 0, filter: EventFilter(subject: item))
            try await plant.database.write { tx in
                for subject in [image, item, nil, item] {
                    plant.events.append(.itemUpdated, about: subject, data: "{}", in: tx)
                }
            }
            #expect(try await numbers(items, 2) == [2, 4])
            #expect(heard.all.filter { $0 != "all" } == ["a"])
        }
    }

    @Test("knows what events from before subjects were about")
    func migration() async throws {
        let folder = TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let database = try await Engine.current.open(
            in: folder, JobsSchema.migrations.filter { $0.number < 107 })
        try await database.write { tx in
            try tx.execute("INSERT INTO events (type, image_id, data, at) VALUES ('image-created', 'a', '{}', 1)")
            try tx.execute("INSERT INTO events (type, data, at) VALUES ('job-queued', '{}', 1)")
        }
        try await Migrator(JobsSchema.migrations).migrate(database)
        let page = try await database.read { try EventPage.read(after: 0, 10, $0) }
        #expect(page.events.map(\.subject) == [EventSubject(.image, "a"), nil])
        await database.close()
    }

    @Test("tells a slow listener to load everything anew, and goes on from there")
    func slow() async throws {
        try await Plant.with(events: { $0.buffer = 5 }) { plant in
            let slow = try await plant.events.subscribe(after: nil)
            let quick = try await plant.events.subscribe(after: nil)
            for _ in 0..<4 {
                try await append(plant, 2)
                _ = try await numbers(quick, 2)
            }
            // The quick one may hear of the eighth a moment before the slow one does.
            var latest = -(try #require(try await numbers(slow, 1).first))
            #expect((6...8).contains(latest))
            try await append(plant, 1)
            while latest < 9 {
                let next = try #require(try await numbers(slow, 1).first)
                #expect(next == latest + 1 || -next > latest)
                latest = abs(next)
            }
        }
    }

    @Test("keeps numbered events when progress is too much")
    func progressIsExpendable() async throws {
        try await Plant.with(events: { $0.buffer = 3 }) { plant in
            let subscription = try await plant.events.subscribe(after: nil)
            try await append(plant, 1)
            await eventually { (try? await plant.events.latestSequence()) == 1 }
            _ = try await numbers(subscription, 1)
            for index in 0..<10 { plant.events.publishLive(.jobProgress, about: nil, data: "{\"n\":\(index)}") }
            #expect(try await numbers(subscription, 3) == [0, 0, 0])
            try await append(plant, 1)
            #expect(try await numbers(subscription, 1) == [2])
        }
    }

    @Test("says resync to one who comes too late, or from another log")
    func trimmed() async throws {
        try await Plant.with(events: { $0.keptCount = 3 }) { plant in
            try await append(plant, 10)
            #expect(try await plant.events.trim() == 7)
            #expect(try await numbers(try await plant.events.subscribe(after: 6), 1) == [-10])
            #expect(try await numbers(try await plant.events.subscribe(after: 7), 3) == [8, 9, 10])
            #expect(try await numbers(try await plant.events.subscribe(after: 99), 1) == [-10])
            #expect(try await numbers(try await plant.events.subscribe(after: .max), 1) == [-10])
            #expect(try await numbers(try await plant.events.subscribe(after: 0), 1) == [-10])
        }
    }

    @Test("says resync when it is trimmed under a listener's feet")
    func trimmedMeanwhile() async throws {
        try await Plant.with(events: {
            $0.keptCount = 1; $0.page = 2
        }) { plant in
            try await append(plant, 10)
            let subscription = try await plant.events.subscribe(after: 0)
            #expect(try await numbers(subscription, 2) == [1, 2])
            try await plant.events.trim()
            #expect(try await numbers(subscription, 1) == [-10])
            try await append(plant, 1)
            #expect(try await numbers(subscription, 1) == [11])
        }
    }

    @Test("ages by hours of service, whatever the clock on the wall says")
    func age() async throws {
        try await Plant.with(events: { $0.keptHours = 2 }) { plant in
            try await append(plant, 5)
            #expect(try await plant.events.trim() == 0)
            plant.clock.step(by: .seconds(10 * 365 * 86_400))
            #expect(try await plant.events.trim() == 0)
            plant.clock.step(by: .seconds(-20 * 365 * 86_400))
            plant.clock.advance(by: .seconds(3_600))
            #expect(try await plant.events.trim() == 0)
            try await append(plant, 1)
            plant.clock.advance(by: .seconds(3_600))
            #expect(try await plant.events.trim() == 5)
            try await append(plant, 1)
            // The newest stays for ever, so that its number is never given again.
            for _ in 0..<9 {
                plant.clock.advance(by: .seconds(3_600))
                try await plant.events.trim()
            }
            #expect(try await plant.database.read { try $0.value("SELECT count(*) FROM events") as Int? } == 1)
            #expect(try await plant.events.latestSequence() == 7)
        }
    }

    @Test("hears events of another process by looking around")
    func otherProcess() async throws {
        try await Plant.with { plant in
            let subscription = try await plant.events.subscribe(after: nil)
            let upkeep = Task { await plant.events.run() }
            let other = try await plant.open()
            let log = EventLog(
                database: other, time: plant.clock, log: Log(to: SilentSink()), clock: plant.clock)
            try await other.write { tx in log.append(.imageCreated, about: nil, data: "{}", in: tx) }
            await other.close()
            let heard = Task { try await numbers(subscription, 1) }
            let notes = Collected<Int64>()
            let watch = Task { for number in try await heard.value { notes.add(number) } }
            await plant.clock.run { !notes.all.isEmpty }
            #expect(notes.all == [1])
            try await watch.value
            upkeep.cancel()
            await upkeep.value
        }
    }

    @Test("serves ten thousand listeners with one query for each batch")
    func tenThousand() async throws {
        // The engine has no part in it.
        guard Engine.current == .sqlite else { return }
        try await Plant.with { plant in
            var subscriptions: [EventSubscription] = []
            for _ in 0..<10_000 { subscriptions.append(try await plant.events.subscribe(after: nil)) }
            try await append(plant, 3, image: "a")
            for subscription in subscriptions {
                #expect(try await numbers(subscription, 3) == [1, 2, 3])
            }
            #expect(plant.events.subscriberCount == 10_000)
            subscriptions = []
            #expect(plant.events.subscriberCount == 0)
        }
    }

    @Test("ends when its task is cancelled or somebody ends it")
    func ending() async throws {
        try await Plant.with { plant in
            let subscription = try await plant.events.subscribe(after: nil)
            let task = Task { try await subscription.next() == nil }
            await Task.yield()
            task.cancel()
            #expect(try await task.value)
            subscription.end()
            #expect(try await subscription.next() == nil)
        }
    }

    @Test("writes an event as a Server-Sent Event")
    func frame() {
        let event = Event(
            sequence: 7, type: .imageCreated, subject: nil, data: "{\n}", at: Timestamp(milliseconds: 0))
        #expect(text(event.frame) == "id: 7\nevent: image-created\ndata: {\ndata: }\n\n")
        let live = Event(sequence: nil, type: .jobProgress, subject: nil, data: "{}", at: Timestamp(milliseconds: 0))
        #expect(text(live.frame) == "event: job-progress\ndata: {}\n\n")
    }

    private func text(_ bytes: SharedBytes) -> String {
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A listener that comes back has read its last page and is about to be live; meanwhile the only live one leaves, and
    /// the pump is on its way with a page behind events that were told to that one alone.
    @Test("loses nothing when one begins to listen while the pump is on its way and another leaves")
    func leavingWhilePumping() async throws {
        try await Plant.with { plant in
            let held = HeldDatabase(plant.database)
            let log = EventLog(database: held, time: plant.clock, log: Log(to: SilentSink()), clock: plant.clock)
            let add = { (count: Int) in
                try await plant.database.write { tx in
                    for _ in 0..<count { log.append(.imageCreated, about: nil, data: "{}", in: tx) }
                }
            }
            try await add(3)
            var leaving: EventSubscription? = try await log.subscribe(after: nil)
            let coming = try await log.subscribe(after: 0)
            #expect(try await numbers(coming, 3) == [1, 2, 3])
            let lastPage = held.holdNext()
            let heard = Task { try await numbers(coming, 3) }
            try await lastPage.arrived.pass()
            try await add(2)
            #expect(try await numbers(leaving!, 2) == [4, 5])
            let pumped = held.holdNext()
            try await add(1)
            try await pumped.arrived.pass()
            leaving = nil
            lastPage.goOn.open()
            // It either reads again or is live; both before the page that is on its way.
            await eventually { coming.isLive || held.readCount >= 6 }
            pumped.goOn.open()
            #expect(try await heard.value == [4, 5, 6])
        }
    }

    @Test("is not live for one that has not taken its replay, and so never too much for it")
    func replayIsPaced() async throws {
        try await Plant.with(events: {
            $0.buffer = 5; $0.page = 50
        }) { plant in
            try await append(plant, 30)
            let subscription = try await plant.events.subscribe(after: 0)
            #expect(try await numbers(subscription, 1) == [1])
            #expect(!subscription.isLive)
            for _ in 0..<10 { try await append(plant, 3) }
            #expect(try await numbers(subscription, 59) == Array(2...60))
            let last = Task { try await numbers(subscription, 1) }
            await eventually { subscription.isLive }
            try await append(plant, 1)
            #expect(try await last.value == [61])
        }
    }
}
