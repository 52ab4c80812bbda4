extension SQLiteDatabase {
    /// What is wrong with the file: empty when it is sound. Reads all of it; works beside a running server.
    package func integrityFindings() async throws -> [String] {
        try await read(.whole) { connection in
            let pages: [String] = try connection.all("PRAGMA integrity_check") { try $0[0] }
            let links: [String] = try connection.all("PRAGMA foreign_key_check") { row in
                let table: String = try row[0]
                let target: String = try row[2]
                return "A row of \(table) refers to a row of \(target) that is not there."
            }
            return pages.filter { $0 != "ok" } + links
        }
    }
}
