import Glibc
import Testing

@testable import argentum

@Suite("The limit of descriptors")
struct DescriptorLimitTests {
    @Test(
        "leaves some for files, the database and the codecs",
        arguments: [
            (1_024, 576, 64), (20_000, 17_888, 512), (256, 96, 16), (128, 16, 8),
        ])
    func room(_ descriptors: Int, _ connections: Int, _ uploads: Int) {
        #expect(DescriptorLimit(descriptors: descriptors).connections == connections)
        #expect(DescriptorLimit(descriptors: descriptors).uploads == uploads)
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
