import Glibc

/// A file's bytes in memory, as they are on disk: nothing is read before it is needed, and none changes but by `apply`.
@safe final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    init(_ descriptor: Int32, limit: Int64) throws(CodecError) {
        // Not fstat: glibc asks it through a call that can also name paths, and that one is closed to us.
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0 else { throw CodecError(.unavailable, "The picture's file has no length.") }
        guard length > 0 else { throw CodecError(.notAPicture, "The file is empty.") }
        guard length <= limit else {
            throw CodecError(.tooLarge, "The picture has \(length) bytes; the limit is \(limit).")
        }
        let place = unsafe mmap(nil, Int(length), PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let start = unsafe place, unsafe start != MAP_FAILED else {
            throw CodecError(.unavailable, "The picture's file could not be mapped.")
        }
        unsafe bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(length))
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count)
    }

    /// Changes bytes in our memory; the file keeps its own. Pages that are not touched are not copied.
    func apply(_ patches: [DecoderView.Patch]) throws(CodecError) {
        var open: Int?
        defer { if let open { protect(open, PROT_READ) } }
        for patch in patches where patch.offset >= 0 && patch.offset < view.count {
            let page = patch.offset / Self.pageSize
            if page != open {
                if let open { protect(open, PROT_READ) }
                open = page
                guard protect(page, PROT_READ | PROT_WRITE) else {
                    throw CodecError(.outOfMemory, "There is no memory to hide the picture's notes from its decoder.")
                }
            }
            unsafe start.storeBytes(of: patch.byte, toByteOffset: patch.offset, as: UInt8.self)
        }
    }

    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))

    private var start: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress!) }

    @discardableResult
    private func protect(_ page: Int, _ rights: Int32) -> Bool {
        unsafe mprotect(start + page * Self.pageSize, Self.pageSize, rights) == 0
    }

    /// The part of the file that a decoder is given.
    func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer {
        guard let range else { return unsafe bytes }
        return unsafe UnsafeRawBufferPointer(rebasing: unsafe bytes[range])
    }

    var view: ByteView { unsafe ByteView(bytes) }
}
