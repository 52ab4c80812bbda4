import AgTesting
import Testing

@testable import AgImaging

@Suite("The walk through a file", .timeLimit(.minutes(3)))
struct WalkCostTests {
    private static let files: [(name: String, make: @Sendable () -> [UInt8])] = [
        ("the same sixteen directories below 5,000 pages", { CrowdedFile.tiff(stride: 0) }),
        ("other sixteen directories below each of 5,000 pages", { CrowdedFile.tiff(stride: 16) }),
        ("45,000 items with notes beside 90,000 pieces", CrowdedFile.heifNotes),
        ("49,000 times the same alpha, with 49,000 times the same property", CrowdedFile.heifAlphas),
        ("180,000 lists of associations that end before they begin", CrowdedFile.heifShortAssociations),
    ]

    @Test("takes no longer than its bytes allow, however its parts name each other", arguments: files.indices)
    func bounded(_ index: Int) {
        let (name, make) = Self.files[index]
        let bytes = make()
        let used = processorTime { _ = try? structure(bytes) }
        // Not optimized, it takes ten times as long as in the product.
        #expect(used < .seconds(3), "\(name), \(bytes.count) bytes: \(used)")
    }

    @Test("sees a camera's sensor data that hangs on a later page, also beside one that was seen before")
    func rawBelow() {
        let sensor = TIFFFile.Page(16, 16, samples: 1, photometric: 32_803)
        var file = TIFFFile(TIFFFile.Page(16, 16))
        file.subPages = [TIFFFile.Page(8, 8), sensor]
        #expect(throws: CodecError.self) { try structure(file.bytes) }
    }
}
