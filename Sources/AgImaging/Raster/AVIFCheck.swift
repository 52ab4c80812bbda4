/// Whether an AVIF holds coded pixels.
enum AVIFCheck {
    /// The `mdat` boxes together have more than a few bytes; the smallest picture of one pixel needs about twenty.
    static func hasPixels(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { raw in
            let file = unsafe ByteView(raw)
            var total = 0
            let isWhole = HEIFWalk.walk(file, 0..<file.count) { name, body in
                if name == "mdat" { total += body.count }
            }
            return isWhole && total >= 8
        }
    }
}
