import AgCrypto
import AgWire

/// What a client reads from the network on Argentum's own wire.
package enum WireFrameFuzz: FuzzTarget {
    package static let name = "wire-frame"

    /// The vectors' server, picture and record key, so that genuine seeds get through to the end.
    private static let client = WireClient(
        server: SigningKey(seed: digest("server")).verifyingKey, subject: subject,
        recordKey: RecordKeys(secret: digest("record secret")).key(of: subject))
    private static let subject = WireSubject(recordID: "0196f7c0-0000-7000-8000-000000000001@small.webp")!

    package static func run(_ input: [UInt8]) throws {
        if let (frame, bodyOffset) = try? WireFrame.read(input) {
            try promise(frame.head == Array(input.prefix(bodyOffset)), "written again it differs")
            if case .full(let head) = frame {
                try promise(head.bodyLength == Int64(input.count - bodyOffset), "a body of another length")
            } else {
                try promise(bodyOffset == input.count, "bytes behind what has no body")
            }
        }
        guard case .picture(let head, let seal, let offset, let seen) = try? client.judge(input, seen: nil) else {
            return
        }
        try promise(seen.token == head.token, "another token was remembered")
        let body = Array(input.dropFirst(offset))
        try promise(
            (try? client.check(unsafe body.span.bytes, against: head))?.tag == seal.tag, "judged twice it differs")
    }

    private static func digest(_ name: String) -> SecretBytes { SecretBytes(SHA256Digest.of("\(name) 0").bytes) }
}
