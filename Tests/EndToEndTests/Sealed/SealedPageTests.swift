import AgBase
import AgTesting
import Testing

/// A real browser's fetch, preflight and WebCrypto, which no client of ours can show.
@Suite("A page that shows sealed pictures", .ownServers, .timeLimit(.minutes(2)))
struct SealedPageTests {
    @Test("fetches and opens them from any origin, whatever cors-origins says: an original, a variant and an update")
    func browser() async throws {
        let page = try PageServer()
        let server = try await Server.start(["--proof-window", "1h"])
        let picture = Picture.photo(width: 700, height: 500)
        let id = try server.id(await server.addAndFinish(picture))
        let records = [try await server.record(id), try await server.record(id, "small.webp")]
        let changed = try server.id(await server.add(.photo(width: 60, height: 40)))
        let old = try await server.record(changed)
        #expect(try await server.replace(changed, by: Picture.of(.png, width: 90, height: 80).bytes).status == 200)
        let facts: JSONValue = [
            "api": .string("http://127.0.0.1:\(try server.client.port)"), "records": .array(records + [old]),
        ]
        page.serve(
            "<!doctype html><meta charset=utf-8><script type=module>const facts = \(facts.text)\n\(Self.script)</script>"
        )
        let browser = try await Browser.show(page.origin)
        let report = try await page.report(within: .seconds(60))
        try await browser.close()
        try await server.stop()
        await page.stop()
        let seen = report["seen"]?.array?.compactMap(\.string)
        #expect(
            seen == ["3 image/jpeg 700x500 same", "2 image/webp 640x457 same", "1 image/png 90x80 newer"],
            "\(report.text)\n\(browser.lastWords)")
    }

    private static let script = """
        const types = [null, 'image/png', 'image/webp', 'image/jpeg', 'image/jpeg']

        async function open(bytes, start, key, iv, tag) {
            const cipher = bytes.slice(start)
            const joined = new Uint8Array(cipher.length + tag.length)
            joined.set(cipher)
            joined.set(tag, cipher.length)
            const secret = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt'])
            return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, secret, joined))
        }

        async function show(record) {
            const answer = await fetch(`${facts.api}/pixstore-image/${encodeURIComponent(record.id)}`, {
                headers: { 'x-pixstore-proof': record.statelessProof, 'x-pixstore-token': '1' },
            })
            const bytes = new Uint8Array(await answer.arrayBuffer())
            if (bytes[0] !== 1) return `state ${bytes[0]}`
            const token = Number(new DataView(bytes.buffer).getBigUint64(1, true))
            const plain = await open(bytes, 69, bytes.slice(9, 41), bytes.slice(41, 53), bytes.slice(53, 69))
            const picture = await createImageBitmap(new Blob([plain.slice(1)], { type: types[plain[0]] }))
            const age = token === record.token ? 'same' : token > record.token ? 'newer' : 'older'
            return `${plain[0]} ${types[plain[0]]} ${picture.width}x${picture.height} ${age}`
        }

        const seen = []
        for (const record of facts.records) seen.push(await show(record).catch((error) => `${error}`))
        await fetch('/report', { method: 'POST', body: JSON.stringify({ seen }) })
        """
}
