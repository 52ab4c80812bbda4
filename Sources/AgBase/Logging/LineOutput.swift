import Glibc

/// Writes whole lines to a descriptor. What follows a line that was cut off by a failure begins on a line of its own.
struct LineOutput {
    /// As write(2), with the error in place of errno.
    typealias Write = @Sendable (UnsafeRawBufferPointer) -> Result<Int, Failure>

    struct Failure: Error {
        let number: Int32
    }

    private static let newline = UInt8(ascii: "\n")

    private let write: Write
    private let waitForRoom: @Sendable () -> Void
    private var isInsideLine = false

    init(waitForRoom: @escaping @Sendable () -> Void = {}, write: @escaping Write) {
        self.waitForRoom = waitForRoom
        self.write = write
    }

    init(descriptor: Int32) {
        self.init(waitForRoom: {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&entry, 1, -1)
        }) { bytes in
            let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            return count < 0 ? .failure(Failure(number: errno)) : .success(count)
        }
    }

    /// All of the line, also over a descriptor that takes it in pieces; false when it cannot be written.
    mutating func put(_ line: [UInt8]) -> Bool {
        let bytes = isInsideLine ? [Self.newline] + line : line
        var rest = bytes[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes(write) {
            case .success(let count) where count > 0: rest = rest.dropFirst(count)
            case .failure(let failure) where failure.number == EAGAIN: waitForRoom()
            case .failure(let failure) where failure.number == EINTR: continue
            case .success, .failure:
                if let last = bytes[..<rest.startIndex].last { isInsideLine = last != Self.newline }
                return false
            }
        }
        isInsideLine = false
        return true
    }
}
