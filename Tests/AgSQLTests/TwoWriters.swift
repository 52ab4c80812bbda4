import AgSQL
import AgTesting
import Testing

/// What holds when two programs use one database: each test opens it twice.
@Suite("Two programs on one database", .timeLimit(.minutes(1)))
struct TwoWriters {
    private func with(_ driver: Driver, _ body: (any Database, any Database) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let one = try await driver.open(folder)
        try await one.makeShelves()
        let other = try await driver.open(folder)
        do {
            try await body(one, other)
        } catch {
            await one.close()
            await other.close()
            throw error
        }
        await one.close()
        await other.close()
    }

    @Test("lose none of what both add to one row", arguments: Driver.all)
    func sum(_ driver: Driver) async throws {
        try await with(driver) { one, other throws in
            try await one.write { tx in
                try tx.execute("INSERT INTO shelves VALUES (1, 'a')")
                try tx.execute("INSERT INTO books VALUES (1, 1, 1)")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    let database = index % 2 == 0 ? one : other
                    group.addTask {
                        try await database.write { tx in _ = try tx.execute("UPDATE books SET pages = pages + 1") }
                    }
                }
                try await group.waitForAll()
            }
            let pages: Int? = try await one.read { try $0.value("SELECT pages FROM books") }
            #expect(pages == 201)
        }
    }

    @Test("insert one row between them when both find none", arguments: Driver.all)
    func race(_ driver: Driver) async throws {
        try await with(driver) { one, other throws in
            let isMine = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<100 {
                    let database = index % 2 == 0 ? one : other
                    group.addTask {
                        try await database.write { tx in
                            try tx.execute("INSERT INTO shelves VALUES (\(1), 'a') ON CONFLICT DO NOTHING")
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(isMine == 1)
        }
    }

    @Test("run again and both succeed when they would wait for each other's rows", arguments: Driver.all)
    func deadlock(_ driver: Driver) async throws {
        try await with(driver) { one, other throws in
            try await one.write { tx in
                try tx.execute("INSERT INTO shelves VALUES (1, 'a'), (2, 'b')")
                try tx.execute("INSERT INTO books VALUES (1, 1, 1), (2, 2, 1)")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<16 {
                    let (database, first, second) = index % 2 == 0 ? (one, 1, 2) : (other, 2, 1)
                    group.addTask {
                        try await database.write { tx in
                            try tx.execute("UPDATE books SET pages = pages + 1 WHERE id = \(first)")
                            try tx.execute("UPDATE books SET pages = pages + 1 WHERE id = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let pages = try await one.read { try $0.all("SELECT pages FROM books ORDER BY id") { try $0[0] as Int } }
            #expect(pages == [17, 17])
        }
    }

    @Test("see each other's commits at once", arguments: Driver.all)
    func freshness(_ driver: Driver) async throws {
        try await with(driver) { one, other throws in
            for index in 0..<50 {
                let (writer, reader) = index % 2 == 0 ? (one, other) : (other, one)
                try await writer.write { tx in
                    _ = try tx.execute("INSERT INTO shelves VALUES (\(index), \("s\(index)"))")
                }
                #expect(try await reader.count("shelves") == index + 1)
            }
        }
    }
}
