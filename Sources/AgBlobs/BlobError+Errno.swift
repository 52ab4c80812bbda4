import Glibc

extension BlobError.Code {
    init(errno: Int32) {
        switch errno {
        case ENOENT: self = .notFound
        case EEXIST: self = .exists
        case ENOSPC, EDQUOT: self = .full
        case EISDIR, ENOTDIR, ELOOP: self = .notAFile
        case EMFILE, ENFILE: self = .exhausted
        default: self = .io
        }
    }
}
