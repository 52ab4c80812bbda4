import AgBase
import AgModel
import Testing

@Suite("What an event is about")
struct EventSubjectTests {
    @Test("is read as it is written")
    func both() {
        let id = ImageID.make()
        for subject in [
            EventSubject.image(id), EventSubject(EventSubject.Kind("item"), "a:b"),
            EventSubject(EventSubject.Kind("sealed-key"), "é"),
        ] {
            #expect(EventSubject(untrusted: subject.description) == subject)
        }
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "image", "image:", ":a", "Image:a", "im age:a", "image:a b", "image:a\n", "a-kind-too-long:a",
            "image:\u{7F}", "image:" + String(repeating: "a", count: 129),
        ])
    func refused(_ text: String) {
        #expect(EventSubject(untrusted: text) == nil)
    }
}
