import Glibc

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

    /// The program's arguments as bytes, without its name: a file's name need not be UTF-8.
    static let arguments: [[UInt8]] = {
        var all: [[UInt8]] = []
        var next = CommandLine.unsafeArgv
        while let entry = next.pointee {
            all.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            next += 1
        }
        return Array(all.dropFirst())
    }()
}
