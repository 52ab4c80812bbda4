import AgBase
import AgRemotes
import Glibc

/// A file that is read or written as a whole.
enum SmallFile {
    /// An inventory may be as large as the server takes; a picture is smaller.
    private static let mostBytes = 512 << 20

    /// - Parameter path: `-` is standard input.
    static func bytes(_ path: String) throws -> [UInt8] {
        do throws(SystemError) {
            let file = path == "-" ? OpenFile(adopting: try sys("dup") { dup(0) }) : try LocalPath(path).open()
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 256 << 10)
            while true {
                let count = try sys("read") { read(file.descriptor, &buffer, buffer.count) }
                if count == 0 { return bytes }
                bytes += buffer.prefix(count)
                if bytes.count > mostBytes { break }
            }
        } catch {
            throw Failure(.error, "\(path) cannot be read: \(String(cString: strerror(error.errno))).")
        }
        throw Failure(.error, "\(path) has more than \(mostBytes) bytes.")
    }

    static func write(_ text: String, to path: String) throws {
        do throws(SystemError) {
            let descriptor = try sys("open") { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
            let file = OpenFile(adopting: descriptor)
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = try sys("write") {
                    rest.withUnsafeBytes { Glibc.write(file.descriptor, $0.baseAddress, $0.count) }
                }
                rest = rest.dropFirst(count)
            }
        } catch {
            throw Failure(.error, "\(path) cannot be written: \(String(cString: strerror(error.errno))).")
        }
    }
}

extension ServerClient {
    /// A call whose body and answer are JSON of any shape. Throws `Failure` for every status that is no success.
    @discardableResult
    func json(_ method: String, _ path: String, json: JSONValue? = nil) async throws -> JSONValue {
        try await answer(method, path, json.map { ("application/json", Array($0.text.utf8)) })
    }

    /// Sends bytes as they are.
    func put(_ bytes: [UInt8], to path: String) async throws -> JSONValue {
        try await answer("PUT", path, ("application/octet-stream", bytes))
    }

    private func answer(
        _ method: String, _ path: String, _ body: (type: String, bytes: [UInt8])?
    ) async throws -> JSONValue {
        var request = try request(method, path)
        if let body {
            request.headers["Content-Type"] = body.type
            request.body = .bytes(body.bytes)
        }
        let answer = try await send(request)
        guard 200..<300 ~= answer.status else { throw Failure(problem: answer) }
        return answer.body.isEmpty ? .null : try answer.json()
    }
}
