import Glibc

/// The `argentum` that was built beside the tests, or the one that ARGENTUM_TEST_BINARY names.
///
/// Under a sanitizer it must be another one: what a sanitizer asks of the system, a codec is not allowed.
package enum BuiltProgram {
    package static let path: String = {
        if let chosen = getenv("ARGENTUM_TEST_BINARY") { return String(cString: chosen) }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? ownPath
        return (bundle.lastIndex(of: "/").map { String(bundle[..<$0]) } ?? ".") + "/argentum"
    }()

    private static var ownPath: String {
        var path = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/self/exe", &path, path.count - 1)
        return String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
