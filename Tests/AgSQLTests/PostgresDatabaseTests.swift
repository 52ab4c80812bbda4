import AgBase
import AgTesting
import Testing

@testable import AgSQL

/// What PostgreSQL alone can do to us: a server that goes away, a network that stalls, addresses that lead nowhere.
@Suite(
    "A PostgreSQL database", .timeLimit(.minutes(1)), .enabled(if: PostgresForTests.server != nil))
struct PostgresDatabaseTests {
    private static let quick: PostgresSettings = {
        var settings = PostgresSettings()
        settings.readLimit = .seconds(1)
        settings.writeLimit = .seconds(1)
        settings.networkSlack = .seconds(1)
        return settings
    }()

    private func with(
        _ settings: PostgresSettings = PostgresSettings(), _ body: (PostgresDatabase) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let database = try await PostgresDatabase.open(url: PostgresForTests.schema(of: folder), settings: settings)
        try await database.makeShelves()
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// A database behind a relay, and the relay.
    private func withRelay(
        _ settings: PostgresSettings = quick, _ body: (PostgresDatabase, Relay) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        let server = try #require(PostgresForTests.socketFolder)
        let relay = Relay(at: folder.file(".s.PGSQL.5432"), to: server + "/.s.PGSQL.5432")
        defer { relay.close() }
        let through = url.replacing("host=\(server)", with: "host=\(folder.path)")
        let database = try await PostgresDatabase.open(url: through, settings: settings)
        try await database.makeShelves()
        try await body(database, relay)
        relay.become(.cut)
        await database.close()
    }

    @Test(
        "says in one sentence why it cannot be used, and what to do",
        arguments: [
            ("postgres://argentum@127.0.0.1:1/argentum", "cannot be reached"),
            ("postgres://argentum@/nowhere?host=SERVER", "createdb"),
            ("postgres://stranger@/argentum?host=SERVER", "createuser"),
            ("postgres://locked@/argentum?host=SERVER", "PGPASSWORD"),
            ("postgres://locked:wrong@/argentum?host=SERVER", "refuses the password"),
            ("postgres://locked:locked@/argentum?host=SERVER", "GRANT CREATE"),
            ("postgres://argentum@/argentum?host=SERVER&options=-csearch_path%3Dnone", "search_path"),
            (
                "postgres://argentum@/argentum?host=SERVER&options=-cdefault_transaction_read_only%3Don",
                "default_transaction_read_only"
            ),
        ])
    func refusals(_ url: String, _ words: String) async throws {
        let server = try #require(PostgresForTests.socketFolder)
        let error = await #expect(throws: SQLError.self) {
            try await PostgresDatabase.open(url: url.replacing("SERVER", with: server), settings: Self.quick)
        }
        let text = try #require(error?.message)
        #expect(text.contains(words), "\(text)")
        #expect(!text.contains("wrong"))
    }

    @Test("refuses a server that is too old by its version alone", arguments: [11, 13])
    func oldServer(_ major: Int) async throws {
        let folder = TemporaryFolder()
        let relay = try await PostgresForTests.relay(of: folder, announcing: major)
        defer { relay.close() }
        for readsOnly in [false, true] {
            let error = await #expect(throws: SQLError.self) {
                try await PostgresDatabase.open(
                    url: "postgres://argentum@/argentum?host=\(folder.path)", readsOnly: readsOnly)
            }
            #expect(error?.message == "The database server is PostgreSQL \(major); Argentum needs 14 or later.")
        }
    }

    @Test("looks at a database that is set to take no writes")
    func readOnlySetting() async throws {
        let server = try #require(PostgresForTests.server)
        let database = try await PostgresDatabase.open(
            url: "\(server)&options=-cdefault_transaction_read_only%3Don", readsOnly: true)
        #expect(try await database.read { try $0.value("SELECT 1") as Int? } == 1)
        await database.close()
    }

    @Test("leaves a connection whose server takes no writes any more, and finds another one")
    func takesNoWrites() async throws {
        var settings = PostgresSettings()
        settings.writers = 1
        try await with(settings) { database throws in
            try await database.write { tx in _ = try tx.execute("SET default_transaction_read_only = on") }
            try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
            #expect(try await database.count("shelves") == 1)
        }
    }

    @Test("takes the next server that the address names when one swallows everything, or ends every connection")
    func severalServers() async throws {
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        let server = try #require(PostgresForTests.socketFolder)
        let relay = Relay(at: folder.file(".s.PGSQL.5432"), to: server + "/.s.PGSQL.5432")
        defer { relay.close() }
        var settings = PostgresSettings()
        settings.connectTimeout = .milliseconds(300)
        for mood in [Relay.Mood.stalled, .cut] {
            relay.become(mood)
            let database = try await PostgresDatabase.open(
                url: url.replacing("host=\(server)", with: "host=\(folder.path),\(server)"), settings: settings)
            #expect(try await database.read { try $0.value("SELECT 1") as Int? } == 1)
            try await database.write { tx in _ = try tx.first("SELECT 1") { _ in } }
            await database.close()
        }
    }

    @Test("reads and writes on after the server ended every connection")
    func ended() async throws {
        let folder = TemporaryFolder()
        let schema = try await PostgresForTests.schema(of: folder)
        let name = "ended-\(UInt32.random(in: .min ... .max))"
        let database = try await PostgresDatabase.open(url: "\(schema)&application_name=\(name)")
        let other = try await PostgresDatabase.open(url: schema)
        try await database.makeShelves()
        for index in 0..<5 {
            try await other.write { tx in
                _ = try tx.all(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = \(name)"
                ) { _ in }
            }
            try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
            }
            #expect(try await database.count("shelves") == index + 1)
        }
        await other.close()
        await database.close()
    }

    @Test("gives a silent server up after the deadline, and comes back with it")
    func stalled() async throws {
        try await withRelay { database, relay throws in
            relay.become(.stalled)
            let read = await #expect(throws: SQLError.self) { try await database.count("shelves") }
            let write = await #expect(throws: SQLError.self) {
                try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
            }
            #expect(read?.code == .io)
            #expect(write?.code == .io)
            relay.become(.cut)
            relay.become(.fair)
            try await Self.patiently {
                try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (2, 'b')") }
            }
            let names = try await database.read {
                try $0.all("SELECT name FROM shelves WHERE id = 2") { try $0[0] as String }
            }
            #expect(names == ["b"])
        }
    }

    @Test("gives up what it waits for soon after the server fell silent, and uses no connection from before that")
    func silence() async throws {
        var settings = PostgresSettings()
        settings.connectTimeout = .milliseconds(300)
        settings.signOfLife = .milliseconds(100)
        settings.silenceLimit = .milliseconds(300)
        settings.lookUpReaders = 1
        try await withRelay(settings) { database, relay throws in
            // Two connections: one is asked while nothing comes back, the other one is idle.
            let lookUp = { @Sendable in
                try await database.read(.lookUp) { try $0.value("SELECT count(*) FROM shelves") as Int? }
            }
            #expect(try await lookUp() == 0)
            let gate = Gate()
            let start = ContinuousClock.now
            let write = Task {
                try await database.write { tx in
                    gate.pass()
                    _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                }
            }
            await gate.arrived()
            relay.become(.deaf)
            gate.open()
            let error = await #expect(throws: SQLError.self) { try await write.value }
            #expect(error?.code == .io)
            relay.become(.fair)
            try await Self.patiently { () throws in #expect(try await lookUp() == 0) }
            // What a read may take is 15 s, and a statement of a write a minute.
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test(
        "lets the server end a transaction whose client does not go on, so that it holds no lock; the write runs again")
    func idleTransaction() async throws {
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        var settings = PostgresSettings()
        settings.idleLimit = .milliseconds(200)
        // One connection, so that it is a kept one.
        settings.writers = 1
        let frozen = try await PostgresDatabase.open(url: url, settings: settings)
        let other = try await PostgresDatabase.open(url: url)
        try await other.makeShelves()
        try await frozen.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, '')") }
        let gate = Gate()
        let runs = Collected<Int>()
        async let write: Void = frozen.write { tx in
            try tx.execute("UPDATE shelves SET name = name || 'frozen '")
            runs.add(1)
            if runs.all.count == 1 { gate.pass() }
            _ = try tx.first("SELECT 1") { _ in }
        }
        await gate.arrived()
        try await other.write { tx in _ = try tx.execute("UPDATE shelves SET name = name || 'other '") }
        gate.open()
        try await write
        #expect(runs.all.count == 2)
        let name: String? = try await other.read { try $0.value("SELECT name FROM shelves") }
        #expect(name == "other frozen ")
        await frozen.close()
        await other.close()
    }

    @Test("hands a notice out at once that comes while others are sent")
    func noticesWhileSending() async throws {
        let topic = NoticeTopic("test", .afterCommit)
        var settings = PostgresSettings()
        // Without a look now and then a lost one would be handed out half a minute later.
        settings.signOfLife = .seconds(30)
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        let here = try await PostgresDatabase.open(url: url, settings: settings)
        let there = try await PostgresDatabase.open(url: url, settings: settings)
        let heard = Collected<NoticeArrival>()
        there.notices.subscribe(to: topic) { heard.add($0) }
        await eventually { here.notices.isCurrent && there.notices.isCurrent }
        let start = ContinuousClock.now
        for number in 0..<200 {
            there.notices.sendToOthers(Notice(topic, "from there"))
            try await here.write { tx in tx.notify(Notice(topic, "\(number)")) }
            await eventually { heard.all.contains(.text("\(number)")) }
        }
        #expect(ContinuousClock.now - start < .seconds(25))
        await here.close()
        await there.close()
    }

    @Test("refuses at once while the server is away, and names the reason")
    func away() async throws {
        try await withRelay { database, relay throws in
            relay.become(.cut)
            var codes: Set<SQLError.Code> = []
            let start = ContinuousClock.now
            for _ in 0..<200 {
                let error = await #expect(throws: SQLError.self) { try await database.count("shelves") }
                if let error { codes.insert(error.code) }
            }
            #expect(codes == [.io])
            #expect(ContinuousClock.now - start < .seconds(10))
            relay.become(.fair)
            try await Self.patiently { _ = try await database.count("shelves") }
        }
    }

    @Test("answers a commit whose acknowledgement got lost as unknown, and does not run it twice")
    func unknownOutcome() async throws {
        try await withRelay { database, relay throws in
            let runs = Collected<Int>()
            let error = await #expect(throws: SQLError.self) {
                try await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                    runs.add(1)
                    relay.become(.deaf)
                }
            }
            #expect(error?.code == .io)
            #expect(runs.all.count == 1)
            relay.become(.cut)
            relay.become(.fair)
            try await Self.patiently {
                let count = try await database.count("shelves")
                #expect(count == 1)
            }
        }
    }

    @Test("stops a statement that runs for too long, and says so")
    func deadline() async throws {
        try await with(Self.quick) { database throws in
            let error = await #expect(throws: SQLError.self) {
                try await database.read { try $0.first("SELECT pg_sleep(20)") { _ in } }
            }
            #expect(error?.code == .timedOut)
            #expect(try await database.count("shelves") == 0)
        }
    }

    @Test("ends a read that takes too long, also in many short statements", arguments: [ReadKind.lookUp, .query])
    func readLimit(_ kind: ReadKind) async throws {
        var settings = PostgresSettings()
        settings.readLimit = .milliseconds(50)
        try await with(settings) { database throws in
            for statement: SQL in ["SELECT pg_sleep(30)", "SELECT pg_sleep(0.01)"] {
                let error = await #expect(throws: SQLError.self) {
                    try await database.read(kind) { connection in
                        for _ in 0..<1_000 { _ = try connection.first(statement) { _ in } }
                    }
                }
                #expect(error?.code == .timedOut)
            }
            #expect(try await database.read(kind) { try $0.value("SELECT 1") as Int? } == 1)
        }
    }

    @Test("lets a check of the whole database take as long as it takes, and stops it with its task")
    func whole() async throws {
        var settings = PostgresSettings()
        settings.readLimit = .milliseconds(50)
        settings.networkSlack = .milliseconds(50)
        try await with(settings) { database throws in
            try await database.read(.whole) { try $0.first("SELECT pg_sleep(0.3)") { _ in } }
            let gate = Gate()
            let task = Task {
                try await database.read(.whole) { connection in
                    gate.arrive()
                    _ = try connection.first("SELECT pg_sleep(60)") { _ in }
                }
            }
            await gate.arrived()
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
        }
    }

    @Test("opens a database to be looked at, and changes nothing there")
    func inspection() async throws {
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        let database = try await PostgresDatabase.open(url: url, readsOnly: true)
        #expect(try await database.read { try $0.value("SELECT 1") as Int? } == 1)
        let error = await #expect(throws: SQLError.self) { try await database.write { _ in } }
        #expect(error?.code == .misuse)
        await database.close()
    }

    @Test("gives its connections up when it is let go without being closed")
    func letGo() async throws {
        let folder = TemporaryFolder()
        let url = try await PostgresForTests.schema(of: folder)
        let other = try await PostgresDatabase.open(url: "\(url)&application_name=other")
        do {
            let database = try await PostgresDatabase.open(url: url)
            try await database.write { tx in _ = try tx.first("SELECT 1") { _ in } }
            _ = try await database.read { try $0.value("SELECT 1") as Int? }
        }
        let name = try #require(
            url.split(separator: "application_name=").last?.split(separator: "&").first.map(String.init))
        try await eventually {
            try await other.read { try !$0.exists("SELECT 1 FROM pg_stat_activity WHERE application_name = \(name)") }
        }
        await other.close()
    }

    @Test("keeps few prepared statements and goes on when they are evicted")
    func statements() async throws {
        var settings = PostgresSettings()
        settings.statements = 3
        settings.readers = 1
        try await with(settings) { database throws in
            for round in 0..<40 {
                let number = round % 8
                let back: Int? = try await database.read {
                    try $0.value(SQL(raw: "SELECT \(number) + ") + "\(round)::bigint")
                }
                #expect(back == number + round)
            }
            let kept: Int? = try await database.read { try $0.value("SELECT count(*) FROM pg_prepared_statements") }
            #expect((kept ?? 99) <= 4)
        }
    }

    @Test("commits what waited together at once, without the one that fails")
    func groups() async throws {
        var settings = PostgresSettings()
        settings.writers = 1
        settings.groupTime = .seconds(60)
        try await with(settings) { database throws in
            let gate = Gate()
            async let first: Void = database.write { tx in
                gate.pass()
                try tx.execute("INSERT INTO shelves VALUES (1000, 'first')")
            }
            await gate.arrived()
            let outcomes = Collected<Bool>()
            let transactions = Collected<String>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        let outcome = try? await database.write { tx in
                            try tx.execute("INSERT INTO shelves VALUES (\(index % 40), \("s\(index)"))")
                            return try tx.value("SELECT pg_current_xact_id()::text") as String?
                        }
                        outcomes.add(outcome != nil)
                        if let id = outcome ?? nil { transactions.add(id) }
                    }
                }
                while database.waitingWrites < 50 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
            try await first
            #expect(outcomes.all.filter { $0 }.count == 40)
            #expect(Set(transactions.all).count < 40)
            #expect(try await database.count("shelves") == 41)
        }
    }

    /// Asks again while the way back is being found; the suite's time limit ends a wait in vain.
    private static func patiently(_ body: () async throws -> Void) async throws {
        while true {
            do {
                return try await body()
            } catch let error as SQLError where error.code == .io {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}

@Suite("Whether a PostgreSQL server will do")
struct PostgresFitnessTests {
    private static let good = PostgresFitness(encoding: "UTF8", schema: "public", mayCreate: true)

    private static func but(_ change: (inout PostgresFitness) -> Void) -> PostgresFitness {
        var fitness = good
        change(&fitness)
        return fitness
    }

    @Test(
        "is said in one sentence with the remedy",
        arguments: [
            (good, nil, nil),
            (but { $0.encoding = "SQL_ASCII" }, "--encoding UTF8", "--encoding UTF8"),
            (but { $0.schema = nil }, "search_path", "search_path"),
            (but { $0.mayCreate = false }, "GRANT CREATE ON SCHEMA public", nil),
        ] as [(PostgresFitness, String?, String?)])
    func complaints(_ fitness: PostgresFitness, _ writing: String?, _ reading: String?) {
        for (readsOnly, words) in [(false, writing), (true, reading)] {
            let complaint = fitness.complaint(readsOnly: readsOnly)
            #expect((complaint == nil) == (words == nil))
            if let words { #expect(complaint?.contains(words) == true, "\(complaint ?? "")") }
        }
    }

    @Test(
        "depends on its version first",
        arguments: [
            (140_000, nil), (180_001, nil), (139_999, "13"), (130_021, "13"), (100_000, "10"), (90_624, "9.6"),
        ] as [(Int, String?)])
    func version(_ number: Int, _ shown: String?) {
        let sentence = shown.map { "The database server is PostgreSQL \($0); Argentum needs 14 or later." }
        #expect(PostgresFitness.complaint(version: number) == sentence)
    }
}
