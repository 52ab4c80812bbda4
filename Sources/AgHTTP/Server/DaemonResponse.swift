import AgBase
import CMicrohttpd
import Glibc

/// The library's form of an answer. It counts who has it: its maker releases it, also after queueing it.
@safe struct DaemonResponse: @unchecked Sendable {
    // The library guards its count; headers are added by its maker, or on the thread of the loop it belongs to.
    let pointer: OpaquePointer

    private init?(_ pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = unsafe pointer
    }

    func release() {
        unsafe MHD_destroy_response(pointer)
    }

    func add(_ name: String, _ value: String) {
        unsafe MHD_add_response_header(pointer, name, value)
    }

    /// The length is the library's business.
    func add(_ headers: HTTPHeaders) {
        for field in headers.fields where !ASCIICase.isEqual(field.name, "Content-Length") {
            add(field.name, field.value)
        }
    }

    /// In the place of the value that this header had; written over that one, when it is as long.
    func replace(_ name: String, _ value: String, at place: inout HeaderPlace) {
        if place.write(value) { return }
        place = unsafe HeaderPlace(cmhd_replace_header(pointer, name, value), value.utf8.count)
    }

    /// An answer with its headers; `nil` for a stream.
    static func whole(_ response: HTTPResponse) -> DaemonResponse? {
        let made = response.hasNoBody ? withoutBody(response) : body(response.body)
        made?.add(response.headers)
        return made
    }

    /// A 304 may speak of the body that it does not have.
    static func withoutBody(_ response: HTTPResponse) -> DaemonResponse? {
        response.status == 304
            ? unsafe DaemonResponse(cmhd_length_only(UInt64(response.lengthOfUnsent))) : empty()
    }

    /// `nil` for a stream, and for a content without a descriptor.
    static func body(_ body: HTTPResponse.Body) -> DaemonResponse? {
        switch body {
        case .empty: empty()
        case .bytes(let bytes): self.bytes(bytes)
        case .prepared(let bytes): shared(bytes)
        case .content(let content, let range):
            content.file.flatMap { file($0, offset: range.lowerBound, length: Int64(range.count)) }
        case .stream: nil
        }
    }

    /// For one of unknown length that may not be followed by chunks.
    func endByClosing() {
        unsafe cmhd_end_by_closing(pointer)
    }

    static func empty() -> DaemonResponse? {
        unsafe DaemonResponse(cmhd_owned_bytes(0, nil))
    }

    /// Copied: the library frees with `free`, which an array's memory cannot be given to.
    static func bytes(_ bytes: [UInt8]) -> DaemonResponse? {
        guard !bytes.isEmpty, let memory = unsafe malloc(bytes.count) else { return bytes.isEmpty ? empty() : nil }
        unsafe bytes.withUnsafeBytes { unsafe memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        return unsafe owning(memory, bytes.count)
    }

    static func shared(_ bytes: SharedBytes) -> DaemonResponse? {
        guard bytes.count > 0 else { return empty() }
        let owner = unsafe Unmanaged.passRetained(bytes)
        let response = unsafe bytes.withUnsafeBytes { bytes in
            unsafe cmhd_lent_bytes(bytes.count, bytes.baseAddress, releaseBytes, owner.toOpaque())
        }
        if unsafe response == nil { unsafe owner.release() }
        return unsafe DaemonResponse(response)
    }

    /// Up to this length a file is read and sent with its head in one call; beyond, sendfile is cheaper.
    private static let readLimit: Int64 = 64 << 10

    static func file(_ file: OpenFile, offset: Int64, length: Int64) -> DaemonResponse? {
        if length == 0 { return empty() }
        return length <= readLimit ? readFile(file, offset, Int(length)) : sendFile(file, offset, length)
    }

    private static func readFile(_ file: OpenFile, _ offset: Int64, _ length: Int) -> DaemonResponse? {
        guard let memory = unsafe malloc(length) else { return nil }
        var filled = 0
        while filled < length {
            let step = unsafe pread(file.descriptor, memory + filled, length - filled, off_t(offset) + off_t(filled))
            if step < 0, errno == EINTR { continue }
            guard step > 0 else {
                // Shorter than it was: no head has promised its length yet, so this can still be an honest error.
                unsafe free(memory)
                return nil
            }
            filled += step
        }
        return unsafe owning(memory, length)
    }

    private static func sendFile(_ file: OpenFile, _ offset: Int64, _ length: Int64) -> DaemonResponse? {
        let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        let response = unsafe MHD_create_response_from_fd_at_offset64(UInt64(length), copy, UInt64(offset))
        if unsafe response == nil { close(copy) }
        return unsafe DaemonResponse(response)
    }

    private static func owning(_ memory: UnsafeMutableRawPointer, _ count: Int) -> DaemonResponse? {
        let response = unsafe cmhd_owned_bytes(count, memory)
        if unsafe response == nil { unsafe free(memory) }
        return unsafe DaemonResponse(response)
    }

    /// Longer ones are sent in pieces, as a `FileSource`. A memory map of so much is looked at in some 50 µs.
    static let longestMapped: Int64 = 4 << 20

    /// For the few bodies of unknown length that are not sent in chunks; those use the connection's own memory.
    private static let block = 4 << 10
    /// For those of known length, which are pictures.
    private static let largeBlock = 64 << 10

    static func pieces(_ sender: BodySender) -> DaemonResponse? {
        let owner = unsafe Unmanaged.passRetained(sender)
        let length = sender.length
        let response = unsafe cmhd_stream(
            length.map { UInt64($0) } ?? .max, length == nil ? block : largeBlock, readPiece, releaseSender,
            owner.toOpaque())
        if unsafe response == nil { unsafe owner.release() }
        return unsafe DaemonResponse(response)
    }
}

/// Where the library keeps the value of a header of a response, as long as the header is not replaced.
@safe struct HeaderPlace: @unchecked Sendable {
    // Written on the thread of the loop that the response belongs to.
    private let start: UnsafeMutablePointer<CChar>?
    private let count: Int

    /// Nowhere.
    init() {
        unsafe self.init(nil, 0)
    }

    init(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) {
        unsafe self.start = unsafe start
        self.count = count
    }

    /// False when there is no place for a value of this length, or none is known.
    func write(_ value: String) -> Bool {
        guard let start = unsafe start, value.utf8.count == count else { return false }
        var value = value
        value.withUTF8 { unsafe UnsafeMutableRawPointer(start).copyMemory(from: $0.baseAddress!, byteCount: count) }
        return true
    }
}

private let releaseBytes: @convention(c) (UnsafeMutableRawPointer?) -> Void = { owner in
    unsafe Unmanaged<SharedBytes>.fromOpaque(owner!).release()
}

private let releaseSender: @convention(c) (UnsafeMutableRawPointer?) -> Void = { owner in
    unsafe Unmanaged<BodySender>.fromOpaque(owner!).release()
}

private let readPiece: @convention(c) (UnsafeMutableRawPointer?, UInt64, UnsafeMutablePointer<CChar>?, Int) -> Int = {
    owner, position, space, room in
    let sender = unsafe Unmanaged<BodySender>.fromOpaque(owner!).takeUnretainedValue()
    return unsafe sender.read(from: Int64(position), into: UnsafeMutableRawBufferPointer(start: space, count: room))
}
