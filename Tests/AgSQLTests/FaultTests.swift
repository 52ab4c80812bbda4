import AgBase
import AgSQL
import Testing

@Suite("What a client is told of a database's refusal")
struct FaultTests {
    @Test(
        "a full or failing disk is an answer, a mistake of ours is not explained",
        arguments: [
            (SQLError.Code.full, Fault.Kind.insufficientStorage, "storage-full"),
            (.io, .unavailable, "database-unavailable"), (.busy, .unavailable, "database-unavailable"),
            (.closed, .unavailable, "database-unavailable"), (.schema, .internal, "internal-error"),
            (.unique, .internal, "internal-error"), (.corrupt, .unavailable, "database-unavailable"),
        ])
    func told(code: SQLError.Code, kind: Fault.Kind, name: String) {
        let fault = SQLError(code, "disk image /secret/path", statement: "SELECT 1").fault
        #expect(fault.kind == kind)
        #expect(fault.code == name)
        #expect(!fault.message.contains("secret"))
        #expect((fault.cause as? SQLError)?.code == code)
    }
}
