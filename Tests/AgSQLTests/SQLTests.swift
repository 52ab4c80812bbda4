import AgSQL
import Testing

@Suite("A statement")
struct SQLTests {
    @Test("numbers its placeholders as the dialect wants")
    func placeholders() {
        let sql: SQL = "SELECT * FROM t WHERE a = \(1) AND b IN \(list: ["x", "y"]) AND \(raw: "c") = \(2.5)"
        #expect(sql.text(for: .sqlite) == "SELECT * FROM t WHERE a = ? AND b IN (?,?) AND c = ?")
        #expect(sql.text(for: .postgres) == "SELECT * FROM t WHERE a = $1 AND b IN ($2,$3) AND c = $4")
        #expect(sql.values == [.integer(1), .text("x"), .text("y"), .real(2.5)])
    }

    @Test("joins and splices with its values in order")
    func joining() {
        let condition: SQL = "a = \(1)"
        let sql = SQL(raw: "SELECT 1 WHERE ") + condition + " AND \("b = \(2)" as SQL)"
        #expect(sql.text(for: .postgres) == "SELECT 1 WHERE a = $1 AND b = $2")
        #expect(sql.values == [.integer(1), .integer(2)])
    }

    @Test("never lets a value into its text")
    func injection() {
        let sql: SQL = "SELECT \("'; DROP TABLE t; --")"
        #expect(sql.text(for: .sqlite) == "SELECT ?")
    }
}
