import Glibc

/// Standard input, output and error, which whoever starts us may have closed.
enum StandardDescriptors {
    /// Opens /dev/null on each that is closed. Nothing can be told when that fails, so the program ends.
    static func fill() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is taken, which is this one: those below it are open by now.
            guard open("/dev/null", O_RDWR) == descriptor else { _exit(ExitCode.error.rawValue) }
        }
    }
}
