import Testing

@testable import argentum

@Suite("A file's name in a form")
struct FormFileNameTests {
    @Test(
        "is written as browsers do, and beside that in the form with one meaning where that one has two",
        arguments: [
            ("harbour.jpg", #"filename="harbour.jpg""#),
            ("Hafen – München 港.jpg", #"filename="Hafen – München 港.jpg""#),
            ("a b;c=d.jpg", #"filename="a b;c=d.jpg""#),
            (#"a"b.jpg"#, #"filename="a%22b.jpg"; filename*=UTF-8''a%22b.jpg"#),
            ("100%22.jpg", #"filename="100%22.jpg"; filename*=UTF-8''100%2522.jpg"#),
            (#"a\"b.jpg"#, #"filename="a\%22b.jpg"; filename*=UTF-8''a%5C%22b.jpg"#),
            ("a\r\nb.jpg", #"filename="a%0D%0Ab.jpg"; filename*=UTF-8''a%0D%0Ab.jpg"#),
            ("=?utf-8?q?x?=.jpg", #"filename="=?utf-8?q?x?=.jpg"; filename*=UTF-8''%3D%3Futf-8%3Fq%3Fx%3F%3D.jpg"#),
            ("a\u{1B}b.jpg", #"filename="a_b.jpg""#),
            ("\u{FFFD}.jpg", "filename=\"\u{FFFD}.jpg\""),
        ])
    func written(_ name: String, _ parameters: String) {
        #expect(FormFileName.parameters(name) == parameters)
    }
}
