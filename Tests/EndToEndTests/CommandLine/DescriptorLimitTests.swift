import Glibc
import Testing

@testable import argentum

@Suite("The limit of descriptors")
struct DescriptorLimitTests {
    @Test("leaves some for files, the database and the codecs", arguments: [(1_024, 768), (20_000, 17_952), (128, 64)])
    func room(_ descriptors: Int, _ connections: Int) {
        #expect(DescriptorLimit(descriptors: descriptors).connections == connections)
    }

    @Test("is raised to all that the system gives")
    func raise() {
        let raised = DescriptorLimit.raise()
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(limit.rlim_cur == limit.rlim_max)
        #expect(raised.descriptors == Int(clamping: limit.rlim_cur))
    }
}
