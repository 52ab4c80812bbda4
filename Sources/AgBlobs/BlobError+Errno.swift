#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension BlobError.Code {
    init(errno: Int32) {
        switch errno {
        case ENOENT: self = .notFound
        case EEXIST: self = .exists
        case ENOSPC, EDQUOT: self = .full
        case EMFILE, ENFILE: self = .exhausted
        default: self = .io
        }
    }
}
