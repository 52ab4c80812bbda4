#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The variables that the program was started with.
enum Environment {
    static let all: [String: String] = {
        var all: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return all
    }()
}
