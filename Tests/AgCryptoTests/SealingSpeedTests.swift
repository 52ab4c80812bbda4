import AgCrypto
import AgTesting
import Glibc
import Testing

/// Processor time against processor time: what else runs on the machine counts for neither.
@Suite("The cost of sealing", .enabled(if: Effort.isFull))
struct SealingSpeedTests {
    private static let byteCount = 300_000

    @Test("is at most a tenth above OpenSSL's own measure of AES-256-GCM")
    func sealing() throws {
        let theirs = try openSSLSeconds()
        let content = RandomBytes.make(Self.byteCount)
        var out = [UInt8](repeating: 0, count: Self.byteCount)
        let rounds = 2_000
        let time = out.withMutableBytes { out in
            processorTime { for _ in 0..<rounds { _ = ContentSeal.seal(content.span.bytes, into: &out) } }
        }
        let ours = Double(time / .nanoseconds(1)) / 1e9 / Double(rounds)
        #expect(ours < 1.1 * theirs, "\(ours * 1e6) µs against \(theirs * 1e6) µs for \(Self.byteCount) bytes")
    }

    /// Seconds for as many bytes, from the last line: thousands of bytes per second, with a `k` behind.
    private func openSSLSeconds() throws -> Double {
        let stream = try #require(
            popen("openssl speed -seconds 2 -bytes \(Self.byteCount) -evp aes-256-gcm 2>/dev/null", "r"))
        var output = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&output, 1, output.count, stream)
        pclose(stream)
        let text = String(decoding: output.prefix(count), as: UTF8.self)
        let word = try #require(text.split(whereSeparator: \.isWhitespace).last { $0.hasSuffix("k") })
        return Double(Self.byteCount) / (try #require(Double(word.dropLast())) * 1_000)
    }
}
