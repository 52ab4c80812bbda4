import Glibc

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

    /// The database, the codec children and the loops, which are always there.
    static let own = 64
    /// For jobs, renders and open files that are kept for the next download: a server that took its last descriptor for a client could not even
    /// open the picture that the client asks for.
    var work: Int { min(1_024, max(64, descriptors / 4)) }

    /// Calls that may upload at a time, of all callers together: each holds two descriptors beside its connection.
    var uploads: Int { min(512, max(8, descriptors / 16)) }

    /// What uploads may hold of descriptors, all of them together.
    var ofUploads: Int { 2 * uploads }

    /// Files that may be sent at a time, to all callers together: each holds two descriptors beside its connection.
    var downloads: Int { min(1_024, max(16, descriptors / 16)) }

    /// What downloads may hold of descriptors, all of them together.
    var ofDownloads: Int { 2 * downloads }

    var connections: Int { max(16, descriptors - Self.own - work - ofUploads - ofDownloads) }

    /// Connections where none are set, and where there are descriptors for them: each takes some memory as well.
    static let usualConnections = 16_384

    /// How many there may be, and whether that is less than was set.
    func connections(wanted: Int?) -> (most: Int, isLessThanSet: Bool) {
        let most = min(wanted ?? Self.usualConnections, connections)
        return (most, wanted.map { most < $0 } ?? false)
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
