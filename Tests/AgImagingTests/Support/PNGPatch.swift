import AgTesting

/// Puts chunks behind a PNG's header that libvips does not write.
enum PNGPatch {
    static func with(_ chunks: [[UInt8]], _ file: [UInt8]) -> [UInt8] {
        // Signature and IHDR.
        let head = 8 + 25
        return Array(file[..<head]) + chunks.flatMap { $0 } + Array(file[head...])
    }

    static func cicp(_ primaries: Int, _ transfer: Int, matrix: Int = 0, isFull: Bool = true) -> [UInt8] {
        PNGFile.chunk("cICP", [UInt8(primaries), UInt8(transfer), UInt8(matrix), isFull ? 1 : 0])
    }

    static func gamma(_ value: Double) -> [UInt8] { PNGFile.chunk("gAMA", numbers([value])) }

    /// White, red, green and blue.
    static func primaries(_ values: [Double]) -> [UInt8] { PNGFile.chunk("cHRM", numbers(values)) }

    static let p3 = primaries([0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06])
    static let sRGB = primaries([0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06])
    static let isSRGB = PNGFile.chunk("sRGB", [0])

    private static func numbers(_ values: [Double]) -> [UInt8] {
        values.flatMap { value in
            let whole = Int((value * 100_000).rounded())
            return (0..<4).map { UInt8(truncatingIfNeeded: whole >> (24 - 8 * $0)) }
        }
    }
}
