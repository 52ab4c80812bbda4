/// The head of one box: its name and where its body lies.
struct HEIFBox {
    let name: String
    let body: Range<Int>

    /// `nil` when the box does not fit before `limit`.
    init?(_ file: ByteView, at offset: Int, limit: Int) {
        guard var length = file.number(at: offset, 4), file.holds(offset, 8) else { return nil }
        var head = 8
        switch length {
        // To the end of what surrounds it.
        case 0: length = limit - offset
        case 1:
            // 64 bits follow; no file of ours needs the uppermost byte.
            guard file[offset + 8] == 0, let long = file.number(at: offset + 9, 7) else { return nil }
            length = long
            head = 16
        default: break
        }
        guard length >= head, length <= limit - offset, file.holds(offset, length) else { return nil }
        name = String(decoding: file.copy(at: offset + 4, 4), as: UTF8.self)
        body = offset + head..<offset + length
    }
}
