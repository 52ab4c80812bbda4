import AgModel
import Testing

struct StatusCase: Sendable, CustomTestStringConvertible {
    let name: String
    let isComplete: Bool
    let work: [ImageStatus.Work]
    let status: ImageStatus
    var testDescription: String { name }
}

@Suite("An image's status")
struct ImageStatusTests {
    @Test(
        "follows from what is there",
        arguments: [
            StatusCase(name: "all made, no job", isComplete: true, work: [], status: .completed),
            StatusCase(name: "all made, a rebuild runs", isComplete: true, work: [.running], status: .completed),
            StatusCase(name: "queued", isComplete: false, work: [.waiting], status: .pending),
            StatusCase(name: "running", isComplete: false, work: [.running], status: .processing),
            StatusCase(name: "given up", isComplete: false, work: [.gaveUp], status: .failed),
            StatusCase(name: "given up, then retried", isComplete: false, work: [.waiting, .gaveUp], status: .pending),
            StatusCase(name: "nobody works on it", isComplete: false, work: [], status: .failed),
        ])
    func follows(_ c: StatusCase) {
        #expect(ImageStatus(isComplete: c.isComplete, work: c.work) == c.status)
    }
}

@Suite("A variant's name")
struct VariantNameTests {
    @Test("reads back what it writes", arguments: VariantName.required)
    func roundTrip(_ name: VariantName) {
        #expect(VariantName(name.description) == name)
    }

    @Test(
        "of something we do not make is refused",
        arguments: [
            "", "small", ".webp", "small.", "small.jpg", "huge.webp", "small.webp.avif", "SMALL.webp", "thumbnail.webp",
        ])
    func unknown(_ text: String) {
        #expect(VariantName(text) == nil)
    }

    @Test("covers the thumbnail first, then three sizes in two formats")
    func required() {
        #expect(VariantName.required.count == 7)
        #expect(VariantName.required.first == .thumbnail)
        #expect(Set(VariantName.required).count == 7)
    }
}
