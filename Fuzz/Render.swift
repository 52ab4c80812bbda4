import AgBase
import AgHTTP
import AgImaging
import AgModel

@testable import AgLibrary
@testable import AgServer

/// Renders: the query that asks for one on the first line, a file's name on the second, and the whole as a kept file.
package enum RenderFuzz: FuzzTarget {
    package static let name = "render"

    package static func run(_ input: [UInt8]) throws {
        let lines = lines(of: input)
        try checkQuery(lines[0])
        try checkName(lines.count > 1 ? lines[1] : lines[0])
        try checkSeal(input)
    }

    private static func checkQuery(_ query: String) throws {
        let settings = RenderSettings()
        guard let request = try? HTTPRequest(method: .get, target: "/?\(query)", headers: HTTPHeaders([]), id: "-"),
            let parcel = try? RenderParcel(QueryReader(request), settings)
        else { return }
        let wish = parcel.wish(.webp, settings)
        let sides = 1...settings.longestSide
        try promise(sides ~= wish.width && sides ~= wish.height, "\(wish.width)x\(wish.height)")
        try promise(1...100 ~= wish.quality, "a quality of \(wish.quality)")
        try promise(RenderWish.formats.contains(wish.format), "a picture as \(wish.format)")
    }

    private static func checkName(_ text: String) throws {
        guard let name = RenderName(text) else { return }
        try promise(name.text.utf8.elementsEqual(text.utf8), "\(text) reads as \(name.text)")
        try promise(name.path.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 1, "leaves its folder: \(name.path)")
        try promise(name.folder.utf8.allSatisfy { 0x30...0x66 ~= $0 }, "odd bytes in \(name.folder)")
    }

    private static func checkSeal(_ file: [UInt8]) throws {
        let end = Array(file.suffix(RenderSeal.byteCount))
        guard let seal = RenderSeal(end, fileLength: Int64(file.count)) else { return }
        try promise(seal.length == Int64(file.count - end.count), "\(seal.length) bytes in \(file.count)")
        try promise(seal.bytes == end, "a seal is written differently again")
    }
}
