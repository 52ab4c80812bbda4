import AgBlobs
import AgSQL
import Testing

@testable import argentum

@Suite("Settings that name a place")
struct PlaceSettingTests {
    @Test(
        "A folder for pictures is a file URL, read as RFC 8089 says",
        arguments: [
            ("file:///srv/pictures", "/srv/pictures"), ("file:/srv/pictures", "/srv/pictures"),
            ("file://localhost/srv", "/srv"), ("FILE:///srv", "/srv"), ("file:pictures", "pictures"),
            ("file:./pictures", "./pictures"), ("file://./pictures", "./pictures"),
            ("file://../pictures", "../pictures"),
            ("file:///srv/my%20pictures/100%25", "/srv/my pictures/100%"),
            ("file:///srv/Gr%C3%B6%C3%9Fe", "/srv/Größe"),
            ("file:///srv/a b", "/srv/a b"), ("file:///srv/~x/~", "/srv/~x/~"),
        ])
    func storage(_ text: String, _ path: String) throws {
        #expect(try StorePlace(setting: text) == .folder(path))
    }

    @Test(
        "Another one is refused with a sentence that names the setting",
        arguments: [
            "", "/srv", "srv", "s3://bucket", "file:", "file://", "file://srv/pictures", "file:////srv", "file:///~/x",
            "file://~/x", "file:~/x", "file:///a%zz", "file:///a%0", "file:///a%00b", "file:///a?b", "file:///a#b",
            "file:///%FF", "http://x/y",
        ])
    func noStorage(_ text: String) {
        let failure = #expect(throws: Failure.self) { try StorePlace(setting: text) }
        #expect(failure?.code == .usage && failure?.message.contains("--storage") == true)
    }

    @Test(
        "A database is sqlite: and a path as it is",
        arguments: [
            ("sqlite:/srv/a.sqlite", "/srv/a.sqlite"), ("sqlite:a.sqlite", "a.sqlite"),
            ("sqlite:///srv/a.sqlite", "/srv/a.sqlite"), ("SQLITE:./a.sqlite", "./a.sqlite"),
            ("sqlite:/srv/100%25.sqlite", "/srv/100%25.sqlite"),
        ])
    func database(_ text: String, _ path: String) throws {
        #expect(try DatabasePlace(setting: text) == .sqlite(path: path))
    }

    @Test(
        "Another one is refused with a sentence that names the setting",
        arguments: [
            "", "/srv/a.sqlite", "postgres:x", "postgres:/x", "postgres://db/x?colour=red", "postgres://a b",
            "postgres://a\u{7F}", "mysql://me:secret@host/a",
            "sqlite:", "sqlite:~/a", "sqlite:///~/a", "sqlite://host/a",
            "sqlite::memory:", "sqlite:/srv/", "sqlite:file:a?mode=ro", "sqlite:////srv/a",
        ])
    func noDatabase(_ text: String) {
        let failure = #expect(throws: Failure.self) { try DatabasePlace(setting: text) }
        #expect(failure?.code == .usage && failure?.message.contains("--database") == true)
        #expect(failure?.message.contains("secret") == false)
    }

    @Test("A database of a server is a URL, which is shown without what may be a password")
    func server() throws {
        let shown = [
            ("postgres://me:secret@host:5433/pictures?sslmode=require", "postgres://host:5433/pictures"),
            ("postgresql://host/pictures", "postgres://host/pictures"),
            ("postgres:///a?host=/run&password=secret", "postgres:///a"),
        ]
        for (text, shown) in shown {
            let place = try DatabasePlace(setting: text)
            #expect(place == .postgres(url: text) && place.isShared && place.folder == nil)
            #expect("\(place)" == shown)
        }
        #expect(try DatabasePlace(setting: "POSTGRES://host") == .postgres(url: "postgres://host"))
    }

    @Test(
        "A URL that libpq cannot read, or would read in another way, is refused without a part of its password",
        arguments: [
            "postgres://a:hu/sh@db/x", "postgres://a:hu%zzsh@db/x", "postgres://a:hu@sh@db/x",
            "postgres://a:hu?sh@db/x?colour=red",
        ])
    func noPassword(_ text: String) {
        let failure = #expect(throws: Failure.self) { try DatabasePlace(setting: text) }
        #expect(failure?.message.contains("hu") == false && failure?.message.contains("sh@") == false)
        #expect(failure?.message.contains("%40") == true)
    }

    @Test("An object store is refused with the sentence that it is not in this version")
    func objectStore() {
        let failure = #expect(throws: Failure.self) { try StorePlace(setting: "s3://bucket/prefix") }
        #expect(failure?.code == .usage && failure?.message.contains("not in this version") == true)
    }

    @Test(
        "A data directory is a path and no URL, and nobody's ~", arguments: ["", "~", "~/x", "file:///srv", "sqlite:x"])
    func data(_ text: String) {
        #expect(throws: Failure.self) { try PathSetting.check(text, "data") }
    }

    @Test(
        "An address to listen at is taken as people write it, with the address by which this machine reaches itself",
        arguments: [
            ("127.0.0.1", "127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0", "127.0.0.1"), ("::", "::", "[::1]"),
            ("[::]", "::", "[::1]"), ("0:0:0:0:0:0:0:0", "::", "[::1]"), ("::1", "::1", "[::1]"),
            ("[::1]", "::1", "[::1]"), ("fe80::1%eth0", "fe80::1%eth0", "[fe80::1%25eth0]"),
            ("[fe80::1%25eth0]", "fe80::1%eth0", "[fe80::1%25eth0]"), ("localhost", "localhost", "localhost"),
            ("LOCALHOST", "localhost", "localhost"),
            ("pictures.example.org", "pictures.example.org", "pictures.example.org"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ])
    func host(_ text: String, _ name: String, _ authority: String) throws {
        let host = try ListenHost(text)
        #expect(host.name == name)
        #expect(host.authority == authority)
        #expect(throws: Never.self) { try ServerAddress("http://\(host.authority):8080") }
    }

    @Test(
        "An address that is none is refused with an example",
        arguments: [
            "", " ", "127.0.0.1:8080", "[::1]:8080", "http://localhost", "localhost/", "[localhost]", "[127.0.0.1]",
            "::1]",
            "[::1", "127.1", "0x7f.1", "0", "a b", "*", "fe80::1%", "user@host",
        ])
    func noHost(_ text: String) {
        let failure = #expect(throws: Failure.self) { try ListenHost(text) }
        #expect(failure?.code == .usage && failure?.message.contains("127.0.0.1") == true)
    }
}
