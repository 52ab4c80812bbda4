import Glibc

extension CodecSettings {
    /// Processors that are there for us.
    package static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
