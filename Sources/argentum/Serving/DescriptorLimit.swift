#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many descriptors the process may have, and what that means for its connections.
struct DescriptorLimit {
    let descriptors: Int

    /// Takes all that the system gives: the usual 1,024 are kept low only for programs that still use `select`.
    static func raise() -> DescriptorLimit {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return DescriptorLimit(descriptors: 1_024) }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        getrlimit(resource, &limit)
        return DescriptorLimit(descriptors: Int(clamping: limit.rlim_cur))
    }

    /// A quarter, but no more than 2,048, stays for files, the database and the codecs: a server that took its last
    /// descriptor for a client could not even open the picture that the client asks for.
    var connections: Int { max(16, descriptors - min(2_048, max(64, descriptors / 4))) }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
