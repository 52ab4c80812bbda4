import CSandbox
import Glibc

/// The child's end of the socket.
struct ChildLink {
    private let socket: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    init(socket: Int32) {
        self.socket = socket
    }

    /// Whether the parent says something, or is gone, before that many milliseconds are over.
    func hears(within milliseconds: Int32) -> Bool { csandbox_is_ready(socket, milliseconds) != 0 }

    /// The next request and the descriptors that came with it; `nil` when the parent is gone.
    mutating func receive() -> (bytes: [UInt8], files: [Int32])? {
        var files = [Int32](repeating: -1, count: RenderOrder.mostOutputs + 2)
        var count = files.count
        let length = unsafe buffer.withUnsafeMutableBytes { room in
            unsafe csandbox_receive(socket, room.baseAddress, room.count, &files, &count, 0)
        }
        guard length > 0 else { return nil }
        return (Array(buffer.prefix(length)), Array(files.prefix(count)))
    }

    /// A parent that does not take the answer is gone, and so are we with the next `receive`.
    func send(_ reply: CodecReply) {
        send(raw: reply.bytes)
    }

    func send(raw bytes: [UInt8]) {
        _ = unsafe bytes.withUnsafeBytes { unsafe csandbox_send(socket, $0.baseAddress, $0.count, nil, 0) }
    }
}
