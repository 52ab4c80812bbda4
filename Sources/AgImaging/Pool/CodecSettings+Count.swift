import Glibc

extension CodecSettings {
    /// One child per processor, but not so many that they could fill more than half of the machine's memory.
    package static var usualCount: Int {
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        return max(1, min(cores, memory / 2 / (1 << 30)))
    }
}
