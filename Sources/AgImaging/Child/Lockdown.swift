import CHeif
import CSandbox
import CVips
import Glibc

/// Takes the process's powers away, in the one order that holds.
///
/// Landlock comes before libvips, because it binds only threads that are born later; the call filter comes last,
/// because libraries are loaded before it.
struct Lockdown {
    private let options: ChildOptions

    /// Where shared libraries lie; they can be read, but not listed.
    private static let libraries = ["/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache"]
    private static let largestFile: UInt64 = 64 << 20
    /// A net far behind the parent's deadlines: it counts the whole life of the process.
    private static let cpuSeconds: UInt64 = 3_600
    /// The picture, one memory file per output and thumbnail, the socket, and the three of every process.
    private static let descriptors: UInt64 = 32

    init(_ options: ChildOptions) {
        self.options = options
    }

    /// What could not be locked, which is empty unless the operator allowed it. Throws `unavailable`.
    func apply() throws(CodecError) -> [String] {
        try need("bind to its parent", csandbox_bind_to_parent(options.parent))
        csandbox_reset_signals()
        try need("drop its privileges", csandbox_drop_privileges())
        let folder = Self.folderOfVips()
        var doors: [String] = []
        try want("Landlock", confine(folder), &doors)
        try startVips(folder)
        try need(
            "limit itself",
            csandbox_limit(options.memory, Self.largestFile, Self.cpuSeconds, Self.descriptors))
        try want("the system call filter (seccomp)", csandbox_filter_calls(), &doors)
        return doors
    }

    private func confine(_ folder: String?) -> Int32 {
        let places = Self.libraries + (folder.map { [$0] } ?? [])
        return unsafe withCStrings(places) { unsafe csandbox_confine($0, places.count) }
    }

    private func startVips(_ folder: String?) throws(CodecError) {
        cvips_silence()
        try need("start libvips", unsafe vips_init("codec"))
        guard let folder, unsafe cvips_load_heif(folder) != 0 else {
            throw CodecError(.unavailable, "libvips has no HEIF module; install libvips with libheif.")
        }
        guard cheif_start() != 0 else {
            throw CodecError(
                .unavailable, "libheif lacks functions that are needed; install the one of Debian 12 or a newer one.")
        }
        cvips_calm()
        cvips_allow_only_ours()
        vips_error_clear()
    }

    private static func folderOfVips() -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_024) { path in
            guard unsafe csandbox_library_folder("vips_init", path.baseAddress, path.count) == 0 else { return nil }
            return unsafe String(cString: path.baseAddress!)
        }
    }

    private func need(_ what: String, _ result: Int32) throws(CodecError) {
        let code = errno
        guard result != 0 else { return }
        throw CodecError(
            .unavailable, "The codec process could not \(what) (\(unsafe String(cString: strerror(code)))).")
    }

    private func want(_ what: String, _ result: Int32, _ doors: inout [String]) throws(CodecError) {
        let code = errno
        guard result != 0 else { return }
        guard options.allowsUnsandboxed else {
            throw CodecError(
                .unavailable,
                "Pictures are decoded only in a sandbox, and this system does not give us \(what) "
                    + "(\(unsafe String(cString: strerror(code)))). Allow it in the kernel or the container, or accept the risk "
                    + "with --allow-unsandboxed.")
        }
        doors.append(what)
    }
}
