import CSandbox
import Glibc

extension SandboxDrill {
    /// Tries it. `refused` or `got through` is the answer, unless the kernel kills us for trying.
    func run(_ link: ChildLink) -> CodecReply {
        switch self {
        case .openPassword: verdict(unsafe csandbox_attack_open("/etc/passwd", 0))
        case .openOwnBinary: verdict(unsafe csandbox_attack_open("/proc/self/exe", 0))
        case .createFile: verdict(unsafe csandbox_attack_open("/tmp/argentum-drill", 1))
        case .socket: verdict(csandbox_attack_socket())
        case .fork: verdict(csandbox_attack_fork())
        case .execute: verdict(csandbox_attack_exec())
        case .executableMemory: verdict(csandbox_attack_executable_memory())
        case .trace: verdict(csandbox_attack_trace(victim))
        case .killParent: verdict(csandbox_attack_kill(victim))
        case .raiseLimits: verdict(csandbox_attack_limits())
        case .localSocket: verdict(csandbox_attack_local_socket())
        case .removeFile: verdict(unsafe csandbox_attack_remove("/tmp/argentum-drill-victim"))
        case .readParent: verdict(csandbox_attack_read_process(victim))
        case .enterNamespace: verdict(csandbox_attack_namespace())
        case .openRing: verdict(csandbox_attack_ring())
        case .allocateTwoGigabytes: verdict(csandbox_attack_allocate(2 << 30))
        case .devourMemory: devour()
        case .hoardMemory: verdict(csandbox_attack_hoard(16 << 20))
        case .spin: spin()
        case .sleep: verdict(Int32(Glibc.sleep(3_600)))
        case .crash: crash()
        case .abort: Glibc.abort()
        case .babble: babble(link)
        }
    }

    /// Process 1 stands for the parent: getppid is not on the list either.
    private var victim: Int32 { 1 }

    private func verdict(_ result: Int32) -> CodecReply {
        .done(warnings: [result < 0 ? "refused" : "got through"], cpu: 0)
    }

    private func devour() -> CodecReply {
        var taken = unsafe [UnsafeMutableRawPointer]()
        defer { unsafe taken.forEach { unsafe free($0) } }
        for _ in 0..<64 {
            guard let piece = unsafe malloc(64 << 20) else { return verdict(-1) }
            unsafe memset(piece, 1, 64 << 20)
            unsafe taken.append(piece)
        }
        return verdict(0)
    }

    private func spin() -> CodecReply {
        var turns: UInt64 = 0
        while getpid() != 0 { turns &+= 1 }
        return verdict(turns == 0 ? -1 : 0)
    }

    private func crash() -> CodecReply {
        let nowhere = unsafe UnsafeMutablePointer<Int>(bitPattern: 8)
        unsafe nowhere?.pointee = 1
        return verdict(0)
    }

    private func babble(_ link: ChildLink) -> CodecReply {
        link.send(raw: [7, 255, 255, 255, 255, 255, 255, 255, 127])
        return verdict(0)
    }
}
