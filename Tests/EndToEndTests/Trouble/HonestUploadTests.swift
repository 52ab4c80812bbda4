import AgBase
import AgTesting
import Testing

/// One honest caller beside eight that send, each with a token of its own, what costs a look at a picture the most.
@Suite("An honest upload", .server(on: [.sqlite]), .serverLog, .timeLimit(.minutes(1)))
struct HonestUploadTests {
    let server: Server

    init() throws { server = try Server.ofSuite }

    /// A sound picture behind so many empty pieces that a decoder has to read one by one.
    private static let costly: [UInt8] = {
        let picture = PNGFile.drawn(64, 64)
        let piece = PNGFile.chunk("prVt", [])
        var file = Array(picture[..<33])
        for _ in 0..<Effort.rounds(short: 60_000, full: 1_000_000) { file += piece }
        return file + picture[33...]
    }()

    @Test("is answered within five seconds beside eight callers that send the costliest pictures")
    func besideHostile() async throws {
        let hostile = try await withThrowingTaskGroup(of: Client.self) { group in
            for number in 0..<8 { group.addTask { try await self.token("hostile \(number)") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let form = Client.Body.form(.of([("costly.png", Self.costly)]))
        let flood = hostile.map { client in
            let request = client.request("POST", "/api/images/upload", form)
            return Task { while !Task.isCancelled { try? await Self.send(request, to: client.port) } }
        }
        var times: [Duration] = []
        for _ in 0..<Effort.rounds(short: 3, full: 30) {
            let start = ContinuousClock.now
            let answer = try await server.upload(.photo(width: 96, height: 64))
            times.append(.now - start)
            #expect(answer.status == 201, "\(answer)")
        }
        for task in flood { task.cancel() }
        for task in flood { await task.value }
        #expect(times.allSatisfy { $0 < .seconds(5) }, "\(times)")
    }

    /// Hangs up when its task is cancelled: the honest times are what counts.
    private static func send(_ request: [UInt8], to port: UInt16) async throws {
        let connection = try await Connection.open(port)
        try await withTaskCancellationHandler {
            try await connection.send(request)
            _ = try await connection.answer()
        } onCancel: {
            connection.hangUp()
        }
    }

    private func token(_ name: String) async throws -> Client {
        let made = try await server.client.post("/api/tokens", ["name": .string(name), "scope": "write"]).json
        return Client(port: try server.client.port, token: made["token"]?.string)
    }
}
