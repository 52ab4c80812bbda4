import AgBase
import Glibc

/// A socket on a free port of this machine. Nobody answers there but the test.
final class LoopbackListener: Sendable {
    let file: OpenFile
    let port: UInt16

    init() throws {
        let file = OpenFile(adopting: try sys("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) })
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try sys("bind") { bind(file.descriptor, pointer, length) }
                try sys("listen") { listen(file.descriptor, 16) }
                try sys("getsockname") { getsockname(file.descriptor, pointer, &length) }
            }
        }
        self.file = file
        port = UInt16(bigEndian: address.sin_port)
    }
}
