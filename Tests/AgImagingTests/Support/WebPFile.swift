/// Animations that are put together by hand.
enum WebPFile {
    /// The pixels of a simple file as the first of many frames; the others are a copy of it in a corner of nothing.
    static func animated(_ simple: [UInt8], _ width: Int, _ height: Int, frames: Int) -> [UInt8] {
        let pixels = chunk("VP8 ", of: simple)
        let frame = [UInt8](repeating: 0, count: 6) + size(width, height) + [50, 0, 0, 0] + pixels
        var body = chunk("VP8X", [0x02, 0, 0, 0] + size(width, height)) + chunk("ANIM", [0, 0, 0, 0, 0, 0])
        for _ in 0..<frames { body += chunk("ANMF", frame) }
        return Array("RIFF".utf8) + Bomb.little(body.count + 4, 4) + Array("WEBP".utf8) + body
    }

    /// The first chunk of this name, whole.
    private static func chunk(_ name: String, of file: [UInt8]) -> [UInt8] {
        var place = 12
        while !file[place..<place + 4].elementsEqual(name.utf8) { place += 8 + (length(file, place) + 1) / 2 * 2 }
        return Array(file[place..<place + 8 + (length(file, place) + 1) / 2 * 2])
    }

    private static func length(_ file: [UInt8], _ chunk: Int) -> Int {
        file[chunk + 4..<chunk + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        Array(name.utf8) + Bomb.little(body.count, 4) + body + (body.count % 2 == 0 ? [] : [0])
    }

    private static func size(_ width: Int, _ height: Int) -> [UInt8] {
        Bomb.little(width - 1, 3) + Bomb.little(height - 1, 3)
    }
}
