import AgBase
import AgSQL
import AgTesting
import Testing

/// What every database promises, whichever driver it has.
@Suite("Every database", .timeLimit(.minutes(1)))
struct DatabaseConformance {
    struct Refusal: Error, Equatable {}

    @Test("gives values back as they were bound", arguments: Driver.all)
    func roundTrip(_ driver: Driver) async throws {
        let values: [SQLValue] = [
            .null, .integer(0), .integer(.max), .integer(.min), .real(0.5), .real(-1e300), .text(""), .text("ö'\";--"),
            .text(String(repeating: "x", count: 100_000)), .blob([]), .blob([0, 1, 255]),
        ]
        try await driver.with { database throws in
            let back = try await database.write { tx in
                try values.map { value in try tx.first("SELECT \(value)") { try $0[0] as SQLValue } }
            }
            #expect(back == values)
        }
    }

    @Test("reads the types that rows are made of", arguments: Driver.all)
    func types(_ driver: Driver) async throws {
        enum Side: String, SQLBindable, SQLReadable { case obverse }
        try await driver.with { database throws in
            try await database.write { tx in
                let id = Identifier<Side>.make()
                let now = Timestamp(milliseconds: 1_763_654_400_123)
                let none: Int? = nil
                let row = try tx.first(
                    "SELECT \(id) AS id, \(now) AS at, \(true) AS yes, \(Side.obverse) AS side, \(none) AS none"
                ) { $0 }
                let found = try #require(row)
                #expect(try found["id"] == id)
                #expect(try found["at"] == now)
                #expect(try found["yes"] == true)
                #expect(try found["side"] == Side.obverse)
                #expect(try found["none"] == none)
                #expect(throws: SQLError.self) { try found["missing"] as Int }
                #expect(throws: SQLError.self) { try found["id"] as Int }
                #expect(throws: SQLError.self) { try found["none"] as Int }
                #expect(throws: SQLError.self) { try found["at"] as Int32 }
            }
        }
    }

    @Test("keeps a written row and loses one whose closure throws", arguments: Driver.all)
    func rollback(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'kept')") }

            await #expect(throws: Refusal()) {
                try await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (2, 'lost')")
                    throw Refusal()
                }
            }

            let names = try await database.read { try $0.all("SELECT name FROM shelves") { try $0[0] as String } }
            #expect(names == ["kept"])
        }
    }

    @Test("counts the rows a statement changed", arguments: Driver.all)
    func changes(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx throws in
                #expect(try tx.execute("INSERT INTO shelves VALUES (1, 'a'), (2, 'b'), (3, 'c')") == 3)
                #expect(try tx.execute("UPDATE shelves SET name = name || '!' WHERE id > \(1)") == 2)
                #expect(try tx.execute("DELETE FROM shelves WHERE id = \(99)") == 0)
                #expect(try tx.execute("CREATE TABLE other (id \(raw: tx.dialect.integer))") == 0)
            }
        }
    }

    @Test("returns rows of statements that write, and finishes them", arguments: Driver.all)
    func returning(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let first: Int? = try await database.write { tx in
                try tx.value("INSERT INTO shelves VALUES (1, 'a'), (2, 'b') RETURNING id")
            }
            #expect(first == 1)
            #expect(try await database.count("shelves") == 2)
        }
    }

    @Test("finds what is in a list, and nothing in an empty one", arguments: Driver.all)
    func lists(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a'), (2, 'b'), (3, 'c')")
            }
            let none: [Int] = []
            try await database.read { connection throws in
                let ids: (SQL) throws -> [Int] = { try connection.all($0) { try $0[0] as Int } }
                #expect(try ids("SELECT id FROM shelves WHERE id IN \(list: [1, 3, 9]) ORDER BY id") == [1, 3])
                #expect(try ids("SELECT id FROM shelves WHERE id IN \(list: none)") == [])
                #expect(try ids("SELECT id FROM shelves WHERE id NOT IN \(list: none)").count == 3)
            }
        }
    }

    @Test("names the constraint that was broken", arguments: Driver.all)
    func constraints(_ driver: Driver) async throws {
        let cases: [(SQL, SQLError.Code)] = [
            ("INSERT INTO shelves VALUES (1, 'again')", .unique),
            ("INSERT INTO shelves VALUES (2, 'a')", .unique),
            ("INSERT INTO shelves VALUES (2, NULL)", .constraint),
            ("INSERT INTO books VALUES (1, 77, 5)", .foreignKey),
            ("INSERT INTO books VALUES (1, 1, 0)", .constraint),
            ("DELETE FROM shelves WHERE id = 1", .foreignKey),
            ("INSERT INTO nowhere VALUES (1)", .schema),
        ]
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                try tx.execute("INSERT INTO books VALUES (9, 1, 5)")
            }
            for (sql, code) in cases {
                let error = await #expect(throws: SQLError.self, "\(sql)") {
                    try await database.write { tx in _ = try tx.execute(sql) }
                }
                #expect(error?.code == code, "\(sql)")
            }
            #expect(try await database.count("shelves") == 1)
        }
    }

    @Test("tells the statement and never the values of a refusal", arguments: Driver.all)
    func discretion(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let secret = "a-very-secret-name"
            try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, \(secret))") }
            let error = await #expect(throws: SQLError.self) {
                try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (2, \(secret))") }
            }
            let text = try #require(error.map { "\($0)" })
            #expect(text.contains("INSERT INTO shelves VALUES"))
            #expect(!text.contains(secret))
        }
    }

    @Test("shows a reader one moment, whatever is written meanwhile", arguments: Driver.all)
    func snapshot(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let gate = Gate()
            async let counts = database.read { connection in
                let before: Int? = try connection.value("SELECT count(*) FROM shelves")
                gate.pass()
                return [before, try connection.value("SELECT count(*) FROM shelves")]
            }
            await gate.arrived()
            try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a')") }
            gate.open()
            let seen = try await counts
            #expect(seen == [0, 0])
            #expect(try await database.count("shelves") == 1)
        }
    }

    @Test("refuses to write in a read", arguments: Driver.all)
    func readsOnly(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            await #expect(throws: SQLError.self) {
                try await database.read { _ = try $0.execute("INSERT INTO shelves VALUES (1, 'a')") }
            }
            #expect(try await database.count("shelves") == 0)
        }
    }

    @Test("refuses text that holds NUL, which one of the databases cannot store", arguments: Driver.all)
    func noNUL(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let error = await #expect(throws: SQLError.self) {
                try await database.write { tx in
                    _ = try tx.execute("INSERT INTO shelves VALUES (1, \("before\u{0}after"))")
                }
            }
            #expect(error?.code == .constraint)
            #expect(try await database.count("shelves") == 0)
        }
    }

    @Test("runs hooks once for each commit and never after a rollback", arguments: Driver.all)
    func hooks(_ driver: Driver) async throws {
        let seen = Collected<Int>()
        try await driver.with { database throws in
            try await database.makeShelves()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try? await database.write { tx in
                            try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
                            tx.afterCommit { seen.add(index) }
                            if index % 5 == 0 { throw Refusal() }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(seen.all.sorted() == (0..<200).filter { $0 % 5 != 0 })
    }

    @Test("runs hooks in the order of writes that follow each other", arguments: Driver.all)
    func hookOrder(_ driver: Driver) async throws {
        let seen = Collected<Int>()
        try await driver.with { database throws in
            try await database.makeShelves()
            for index in 0..<100 {
                try await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
                    tx.afterCommit { seen.add(index) }
                }
            }
        }
        #expect(seen.all == Array(0..<100))
    }

    @Test("ends a transaction with the first error of a statement, passed on or not", arguments: Driver.all)
    func errorEnds(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let later = Collected<SQLError.Code?>()
            let error = await #expect(throws: SQLError.self) {
                try await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                    _ = try? tx.execute("INSERT INTO shelves VALUES (1, 'again')")
                    let refusal = #expect(throws: SQLError.self) {
                        try tx.execute("INSERT INTO shelves VALUES (2, 'b')")
                    }
                    later.add(refusal?.code)
                }
            }
            #expect(error?.code == .unique)
            #expect(later.all.last == .misuse)
            #expect(try await database.count("shelves") == 0)
        }
    }

    /// Names that are written at the end of a commit, with the number of rows there are then.
    private final class Names: TransactionTail {
        private var all: [String] = []

        func add(_ name: String) { all.append(name) }
        func join(_ later: Names) { all += later.all }

        func write(in connection: any SQLConnection) throws {
            if let lock = connection.dialect.lock("names") { _ = try connection.first(lock) { _ in } }
            let count: Int? = try connection.value("SELECT count(*) FROM shelves")
            let id = 1_000 + (count ?? 0)
            try connection.execute(
                "INSERT INTO shelves VALUES (\(id), \("\(all.joined(separator: "+")) after \(count ?? -1)"))")
        }
    }

    @Test(
        "writes the tails of a transaction last, inside of it, and what is to be done before the commit before them",
        arguments: Driver.all)
    func tails(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                tx.tail(Names.self).add("a")
                tx.beforeCommit { tx in
                    tx.tail(Names.self).add("last")
                    try tx.execute("INSERT INTO shelves VALUES (2, 'before commit')")
                }
                tx.tail(Names.self).add("b")
                try tx.execute("INSERT INTO shelves VALUES (1, 'body')")
            }
            let kept: String? = try await database.read { try $0.value("SELECT name FROM shelves WHERE id > 1000") }
            #expect(kept == "a+b+last after 2")

            await #expect(throws: SQLError.self) {
                try await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (3, 'lost')")
                    tx.beforeCommit { _ = try $0.execute("INSERT INTO shelves VALUES (1, 'taken')") }
                }
            }
            await #expect(throws: Refusal()) {
                try await database.write { tx in
                    tx.tail(Names.self).add("lost")
                    throw Refusal()
                }
            }
            #expect(try await database.count("shelves") == 3)
        }
    }

    @Test("writes the tail of every write that is kept, however many share a commit", arguments: Driver.all)
    func manyTails(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try? await database.write { tx in
                            tx.tail(Names.self).add("<\(index)>")
                            try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
                            // Some are taken back by themselves, some by their tail.
                            if index % 5 == 0 { throw Refusal() }
                            if index % 41 == 1 {
                                tx.beforeCommit { _ = try $0.execute("INSERT INTO books VALUES (1, 7777, 1)") }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let names = try await database.read {
                try $0.all("SELECT name FROM shelves WHERE id >= 1000") { try $0[0] as String }
            }.joined()
            for index in 0..<200 {
                let isKept = index % 5 != 0 && index % 41 != 1
                let row: Int? = try await database.read {
                    try $0.value("SELECT count(*) FROM shelves WHERE id = \(index)")
                }
                #expect(row == (isKept ? 1 : 0), "\(index)")
                #expect(names.split(separator: "<\(index)>", omittingEmptySubsequences: false).count - 1 == row)
            }
        }
    }

    @Test("asks only whether there is a row, not for all of them", arguments: Driver.all)
    func existence(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                _ = try tx.execute("INSERT INTO shelves VALUES (1, 'a'), (2, 'b')")
            }
            try await database.read { connection throws in
                #expect(try connection.exists("SELECT id FROM shelves WHERE id > \(0) ORDER BY id"))
                #expect(try !connection.exists("SELECT id FROM shelves WHERE id > \(2)"))
            }
        }
    }

    @Test(
        "gives notice after the commit, before the writer is answered, and not of what was taken back",
        arguments: Driver.all)
    func notice(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let seen = Collected<Int>()
            for index in 0..<200 {
                try? await database.write { tx in
                    try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
                    tx.beforeAnswer { seen.add(index) }
                    if index % 5 == 0 { throw Refusal() }
                }
                #expect(seen.all.contains(index) == (index % 5 != 0))
            }
        }
    }

    @Test("adds up what many write at once", arguments: Driver.all)
    func concurrency(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                try tx.execute("INSERT INTO books VALUES (1, 1, 1)")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        try await database.write { tx in _ = try tx.execute("UPDATE books SET pages = pages + 1") }
                        _ = try await database.count("books")
                    }
                }
                try await group.waitForAll()
            }
            let pages: Int? = try await database.read { try $0.value("SELECT pages FROM books") }
            #expect(pages == 301)
        }
    }

    @Test(
        "answers a call from inside a write closure with an error instead of waiting for itself", arguments: Driver.all)
    func nesting(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let outcome = Collected<SQLError.Code?>()
            try await database.write { _ in
                let gate = Gate()
                Task {
                    let inner = await #expect(throws: SQLError.self) { try await database.write { _ in } }
                    let read = await #expect(throws: SQLError.self) { try await database.read { _ in } }
                    outcome.add(inner?.code)
                    outcome.add(read?.code)
                    gate.open()
                }
                gate.pass()
            }
            #expect(outcome.all == [.misuse, .misuse])
        }
    }

    @Test("refuses a transaction that escaped from its closure", arguments: Driver.all)
    func escape(_ driver: Driver) async throws {
        // What it steals is used after the closure on purpose, from this one task.
        final class Thief: @unchecked Sendable { var transaction: (any SQLTransaction)? }
        try await driver.with { database throws in
            try await database.makeShelves()
            let thief = Thief()
            try await database.write { tx in thief.transaction = tx }
            let error = #expect(throws: SQLError.self) {
                try thief.transaction?.execute("INSERT INTO shelves VALUES (1, 'a')")
            }
            #expect(error?.code == .misuse)
        }
    }

    @Test("stops a query when its task is cancelled, and reads on", arguments: Driver.all)
    func cancellation(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let gate = Gate()
            let endless: SQL = """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000)
                SELECT count(*) FROM n
                """
            let task = Task {
                try await database.read { connection in
                    gate.arrive()
                    return try connection.value(endless) as Int?
                }
            }
            await gate.arrived()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for _ in 0..<10 {
                let one: Int? = try await database.read { try $0.value("SELECT 1") }
                #expect(one == 1)
            }
        }
    }

    @Test("does not begin to read for a task that is already cancelled, but writes for it", arguments: Driver.all)
    func cancelledBefore(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            let gate = Gate()
            let task = Task {
                gate.arrive()
                while !Task.isCancelled { await Task.yield() }
                try await database.write { tx in _ = try tx.execute("INSERT INTO shelves VALUES (1, 'tidy')") }
                return try await database.read { _ in 1 }
            }
            await gate.arrived()
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await database.count("shelves") == 1)
        }
    }

    @Test("finishes what is queued at closing and refuses the rest", arguments: Driver.all)
    func closing(_ driver: Driver) async throws {
        let folder = TemporaryFolder()
        let database = try await driver.open(folder)
        try await database.makeShelves()
        let gate = Gate()
        async let written: Void = database.write { tx in
            gate.pass()
            try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
        }
        await gate.arrived()
        async let closed: Void = database.close()
        gate.open()
        try await written
        await closed
        await database.close()
        let write = await #expect(throws: SQLError.self) { try await database.write { _ in } }
        let read = await #expect(throws: SQLError.self) { try await database.read { _ in } }
        #expect(write?.code == .closed)
        #expect(read?.code == .closed)
        let again = try await driver.open(folder)
        #expect(try await again.count("shelves") == 1)
        await again.close()
    }

    @Test("looks up while lists keep every other reader busy", arguments: Driver.all)
    func lookUpBesides(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let gates = (0..<8).map { _ in Gate() }
            let lists = gates.map { gate in Task { try await database.read { _ in gate.pass() } } }
            await gates[0].arrived()
            #expect(try await database.read(.lookUp) { try $0.value("SELECT 1") as Int? } == 1)
            for gate in gates { gate.open() }
            for list in lists { try await list.value }
        }
    }

    @Test("lends every row once, in pages by key", arguments: Driver.all)
    func pages(_ driver: Driver) async throws {
        try await driver.with { database throws in
            try await database.makeShelves()
            for count in [0, 1, 4, 5, 11] {
                try await database.write { tx in
                    try tx.execute("DELETE FROM shelves")
                    for index in 0..<count {
                        try tx.execute("INSERT INTO shelves VALUES (\(index * 2), \("s\(index)"))")
                    }
                }
                var seen: [Int] = []
                try await database.each(
                    page: 4,
                    { after, limit in "SELECT id FROM shelves WHERE id > \(after ?? -1) ORDER BY id LIMIT \(limit)" },
                    row: { row in
                        let id: Int = try row[0]
                        return (key: id, value: id)
                    }
                ) { seen.append($0) }
                #expect(seen == (0..<count).map { $0 * 2 })
            }
        }
    }

    @Test("compares text by its bytes, whatever the language", arguments: Driver.all)
    func collation(_ driver: Driver) async throws {
        let names = ["", "A", "B", "Z", "a", "a-b", "ab", "z", "ä", "ö"]
        try await driver.with { database throws in
            try await database.makeShelves()
            try await database.write { tx in
                for (index, name) in names.shuffled().enumerated() {
                    try tx.execute("INSERT INTO shelves VALUES (\(index), \(name))")
                }
            }
            let sorted = try await database.read {
                try $0.all("SELECT name FROM shelves ORDER BY name") { try $0[0] as String }
            }
            #expect(sorted == names)
            let later = try await database.read {
                try $0.all("SELECT name FROM shelves WHERE name > \("Z") ORDER BY name") { try $0[0] as String }
            }
            #expect(later == ["a", "a-b", "ab", "z", "ä", "ö"])
        }
    }

    @Test("counts keys up, and takes those that a restored row brings", arguments: Driver.all)
    func countingKeys(_ driver: Driver) async throws {
        try await driver.with { database throws in
            let dialect = database.dialect
            try await database.write { tx in
                try tx.execute(
                    SQL(
                        raw: "CREATE TABLE log (number \(dialect.countingKey), word \(dialect.text))"
                            + dialect.tableOptions))
                try tx.execute("INSERT INTO log (word) VALUES ('a'), ('b')")
                try tx.execute("DELETE FROM log")
                try tx.execute("INSERT INTO log (word) VALUES ('c')")
                try tx.execute("INSERT INTO log (number, word) VALUES (40, 'restored')")
            }
            let numbers = try await database.read {
                try $0.all("SELECT number FROM log ORDER BY number") { try $0[0] as Int }
            }
            #expect(numbers == [3, 40])
        }
    }

    @Test("runs one statement at a time and the values it takes", arguments: Driver.all)
    func misuse(_ driver: Driver) async throws {
        try await driver.with { database throws in
            for sql: SQL in ["SELECT 1; SELECT 2", "", "SELECT ?"] {
                await #expect(throws: SQLError.self, "\(sql)") { try await database.read { _ = try $0.execute(sql) } }
            }
            let one: Int? = try await database.read { try $0.value("SELECT 1 ; \n") }
            #expect(one == 1)
        }
    }
}
