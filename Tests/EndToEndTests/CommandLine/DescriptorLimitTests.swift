import Glibc
import Testing

@testable import argentum

@Suite("The limit of descriptors")
struct DescriptorLimitTests {
    @Test(
        "leaves some for files, the database and the codecs",
        arguments: [
            (1_024, 448, 64, 64), (20_000, 15_840, 512, 1_024), (256, 64, 16, 16), (128, 16, 8, 16),
        ])
    func room(_ descriptors: Int, _ connections: Int, _ uploads: Int, _ downloads: Int) {
        #expect(DescriptorLimit(descriptors: descriptors).connections == connections)
        #expect(DescriptorLimit(descriptors: descriptors).uploads == uploads)
        #expect(DescriptorLimit(descriptors: descriptors).downloads == downloads)
    }

    @Test(
        "is kept by connections, uploads, downloads, work and the process itself together",
        arguments: [128, 256, 1_024, 4_096, 1 << 20])
    func sum(_ descriptors: Int) {
        let limit = DescriptorLimit(descriptors: descriptors)
        // Two for each call that may upload, whoever the callers are; see the tests of `UploadSeats`.
        #expect(limit.ofUploads == 2 * limit.uploads)
        #expect(limit.ofDownloads == 2 * limit.downloads)
        let fixed = DescriptorLimit.own + limit.work + limit.ofUploads + limit.ofDownloads
        #expect(fixed + limit.connections <= max(descriptors, fixed + 16))
    }

    @Test(
        "is a reason to complain only where more connections were set than it has room for",
        arguments: [
            (20_000, nil, 15_840, false), (1_024, nil, 448, false), (1 << 20, nil, 16_384, false),
            (20_000, 15_840, 15_840, false), (20_000, 15_841, 15_840, true), (1 << 20, 100_000, 100_000, false),
        ] as [(Int, Int?, Int, Bool)])
    func complaint(_ descriptors: Int, _ wanted: Int?, _ most: Int, _ isLessThanSet: Bool) {
        let found = DescriptorLimit(descriptors: descriptors).connections(wanted: wanted)
        #expect(found.most == most && found.isLessThanSet == isLessThanSet)
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
