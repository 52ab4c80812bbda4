extension PostgresConnection: SQLConnection {
    var dialect: SQLDialect { .postgres }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try answer(to: sql).changes
    }

    func all<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> [Value] {
        let result = try answer(to: sql)
        let columns = result.columns()
        var values: [Value] = []
        values.reserveCapacity(result.count)
        for index in 0..<result.count { values.append(try read(result.row(index, columns))) }
        return values
    }

    func first<Value>(_ sql: SQL, _ read: (Row) throws -> Value) throws -> Value? {
        let result = try answer(to: sql)
        guard result.count > 0 else { return nil }
        return try read(result.row(0, result.columns()))
    }
}
