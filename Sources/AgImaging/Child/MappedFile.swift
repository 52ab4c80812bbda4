import Glibc

/// A file's bytes in memory, as they are on disk: nothing is read before it is needed, and none changes but by `blot`.
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

    /// Makes a byte zero in our memory; the file keeps it. A lack of memory leaves the byte as it is.
    func blot(_ offset: Int) {
        let size = sysconf(Int32(_SC_PAGESIZE))
        guard offset >= 0, offset < view.count else { return }
        let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        let page = unsafe start + offset / size * size
        guard unsafe mprotect(page, size, PROT_READ | PROT_WRITE) == 0 else { return }
        unsafe start.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
        unsafe mprotect(page, size, PROT_READ)
    }

    var view: ByteView { unsafe ByteView(bytes) }
}
