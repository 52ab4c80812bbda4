import AgBase
import AgHTTP
import Testing

@testable import AgServer

@Suite("Seats of downloads")
struct DownloadSeatTests {
    private static func file() throws -> HTTPResponse {
        let pool = BlockingPool(threads: 1, name: "file")
        let content = BlobContent(try OpenFile(reading: "/dev/null"), byteCount: 100_000, pool: pool)
        return HTTPResponse(200, body: .content(content, 0..<100_000))
    }

    @Test("are held by the answer until it is gone, and no caller has all of them")
    func held() throws {
        let seats = DownloadSeats(16)
        let answer = try Self.file()
        var greedy: [HTTPResponse] = []
        while let seated = seats.seated(answer, to: .get, Caller("greedy")) { greedy.append(seated) }
        #expect(8...14 ~= greedy.count)
        let other = seats.seated(answer, to: .get, Caller("other"))
        #expect(other?.holds != nil)
        greedy.removeAll()
        #expect(seats.seated(answer, to: .get, Caller("greedy")) != nil)
    }

    @Test("are never more than there are descriptors for, however many callers come", arguments: [16, 64, 1_024])
    func bound(_ most: Int) throws {
        let seats = DownloadSeats(most)
        let answer = try Self.file()
        var taken: [HTTPResponse] = []
        for caller in 0..<2 * most {
            for _ in 0..<2 {
                if let seated = seats.seated(answer, to: .get, Caller("\(caller)")) { taken.append(seated) }
            }
        }
        #expect(taken.count == most)
    }

    @Test("are not needed for what is sent from memory, nor for a head")
    func none() throws {
        let seats = DownloadSeats(1)
        let first = try #require(seats.seated(try Self.file(), to: .get, Caller("a")))
        let file = try Self.file()
        #expect(seats.seated(file, to: .get, Caller("a")) == nil)
        for body in [HTTPResponse.Body.empty, .bytes([1]), .prepared(SharedBytes("x"))] {
            #expect(seats.seated(HTTPResponse(200, body: body), to: .get, Caller("a"))?.holds == nil)
        }
        let head = seats.seated(file, to: .head, Caller("a"))
        #expect(head != nil && head?.holds == nil)
        withExtendedLifetime(first) {}
    }
}
