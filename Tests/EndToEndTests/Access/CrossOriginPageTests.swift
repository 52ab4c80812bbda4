import AgBase
import AgTesting
import Testing

/// What a real browser makes of the headers, which no table of headers can show.
@Suite("A page of another origin", .ownServers, .timeLimit(.minutes(2)))
struct CrossOriginPageTests {
    @Test("uploads, follows events and reads a picture's pixels where it is named, and is kept out where it is not")
    func browser() async throws {
        let named = try PageServer()
        let other = try PageServer()
        let server = try await Server.start(["--cors-origins", named.origin])
        named.serve(try await page(server, frame: other.origin))
        other.serve(try await page(server))
        let browser = try await Browser.show(named.origin)

        let good = try await named.report(within: .seconds(60))
        let bad = try await other.report(within: .seconds(60))

        try await browser.close()
        try await server.stop()
        await named.stop()
        await other.stop()
        #expect(good["upload"]?.text == #""201, isNew, with a request id""#, "\(good.text)\n\(browser.lastWords)")
        #expect(good["events"]?.text == #""image-created""#, "\(good.text)")
        #expect(good["pixels"]?.text == #""200,30,60,255""#, "\(good.text)")
        #expect(good["cookie"]?.text == #""blocked""#, "\(good.text)")
        for step in ["upload", "events", "sign", "pixels", "cookie"] {
            #expect(bad[step]?.text == #""blocked""#, "\(step): \(bad.text)")
        }
    }

    /// - Parameter frame: another page that is shown inside.
    private func page(_ server: Server, frame: String? = nil) async throws -> String {
        let grant = try await server.client.post("/api/uploads", [:])
        let known = try await server.add(.photo(width: 40, height: 30))
        let signed = try await server.client.post(
            "/api/images/\(try server.id(known))/sign", ["variant": "original", "expiresIn": 600])
        let facts: JSONValue = [
            "api": .string("http://127.0.0.1:\(try server.client.port)"), "token": .string(Server.token),
            "upload": try grant.json["uploadUrl"] ?? .null, "signed": try signed.json["url"] ?? .null,
        ]
        let inner = frame.map { "<iframe src=\"\($0)\"></iframe>" } ?? ""
        return
            "<!doctype html><meta charset=utf-8>\(inner)<script type=module>const facts = \(facts.text)\n\(Self.script)</script>"
    }

    private static let script = """
        const auth = { Authorization: 'Bearer ' + facts.token }
        const attempt = async (step) => { try { return await step() } catch { return 'blocked' } }
        const within = (promise) => Promise.race([promise, new Promise((_, no) => setTimeout(no, 20000))])

        async function upload() {
            const canvas = new OffscreenCanvas(64, 48), pen = canvas.getContext('2d')
            pen.fillStyle = 'rgb(200, 30, 60)'
            pen.fillRect(0, 0, 64, 48)
            const body = await canvas.convertToBlob({ type: 'image/png' })
            const answer = await fetch(facts.api + facts.upload, { method: 'PUT', body })
            const image = await answer.json()
            facts.image = image.imageId
            const id = answer.headers.get('X-Request-Id') ? 'with a request id' : 'without a request id'
            return `${answer.status}, ${image.isNew ? 'isNew' : 'old'}, ${id}`
        }

        async function events() {
            const answer = await fetch(facts.api + '/api/events?types=image-created&after=0', { headers: auth })
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
            let text = ''
            while (!text.includes(facts.image)) text += (await within(reader.read())).value
            await reader.cancel()
            return text.match(/event: *(image-created)/)[1]
        }

        async function sign() {
            const answer = await fetch(`${facts.api}/api/images/${facts.image}/sign`, {
                method: 'POST', headers: { ...auth, 'Content-Type': 'application/json' },
                body: JSON.stringify({ variant: 'original', expiresIn: 600 }),
            })
            facts.signed = (await answer.json()).url
            return answer.status
        }

        async function pixels() {
            const picture = new Image()
            picture.crossOrigin = 'anonymous'
            picture.src = facts.api + facts.signed
            await within(picture.decode())
            const canvas = document.createElement('canvas')
            const pen = canvas.getContext('2d')
            pen.drawImage(picture, 0, 0)
            return [...pen.getImageData(5, 5, 1, 1).data].join()
        }

        const cookie = async () => (await fetch(facts.api + '/api/session', { credentials: 'include' })).status

        const report = {}
        for (const step of [upload, events, sign, pixels, cookie]) report[step.name] = await attempt(step)
        await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
        """
}
