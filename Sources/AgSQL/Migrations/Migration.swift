/// One numbered step of the schema. It goes forward only, and once released it never changes.
package struct Migration: Sendable {
    package let number: Int
    package let name: String
    package let statements: @Sendable (SQLDialect) -> [String]

    package init(_ number: Int, _ name: String, statements: @escaping @Sendable (SQLDialect) -> [String]) {
        self.number = number
        self.name = name
        self.statements = statements
    }

    /// FNV-1a of all statements (http://www.isthe.com/chongo/tech/comp/fnv/): it notices edits, not attackers.
    func checksum(_ dialect: SQLDialect) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for statement in statements(dialect) {
            for byte in statement.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            // A boundary, so that moving a line from one statement to the next is noticed.
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
