import Glibc

/// Encodes a tiny picture as a ThumbHash: the strongest low frequencies of its brightness, two colour axes and alpha.
///
/// The format is public: https://evanw.github.io/thumbhash/. Bytes 0 to 4 hold the averages, the scales and the
/// shape; a byte for alpha follows if there is any; then four bits for each frequency.
struct ThumbHash {
    private let width: Int
    private let height: Int
    private let hasAlpha: Bool
    private var planes: [[Double]] = []

    /// - Parameter pixels: red, green, blue, alpha, row by row; sides at most 100.
    static func encode(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
        precondition(pixels.count == width * height * 4, "ThumbHash needs four bytes for each of \(width)x\(height)")
        return ThumbHash(width, height, pixels).bytes()
    }

    private init(_ width: Int, _ height: Int, _ pixels: [UInt8]) {
        self.width = width
        self.height = height
        let background = Self.average(pixels)
        hasAlpha = stride(from: 3, to: pixels.count, by: 4).contains { pixels[$0] < 255 }
        planes = Self.split(pixels, over: background)
    }

    /// The mean colour, each pixel weighing as much as it is opaque.
    private static func average(_ pixels: [UInt8]) -> [Double] {
        var sums = [0.0, 0.0, 0.0]
        var weight = 0.0
        for start in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Double(pixels[start + 3]) / 255
            weight += alpha
            for band in 0..<3 { sums[band] += alpha * Double(pixels[start + band]) / 255 }
        }
        return weight > 0 ? sums.map { $0 / weight } : sums
    }

    /// Brightness, yellow against blue, red against green, alpha; transparent parts show the mean colour.
    private static func split(_ pixels: [UInt8], over background: [Double]) -> [[Double]] {
        var planes = [[Double]](repeating: [], count: 4)
        for start in stride(from: 0, to: pixels.count, by: 4) {
            let alpha = Double(pixels[start + 3]) / 255
            let color = (0..<3).map { background[$0] * (1 - alpha) + alpha * Double(pixels[start + $0]) / 255 }
            planes[0].append((color[0] + color[1] + color[2]) / 3)
            planes[1].append((color[0] + color[1]) / 2 - color[2])
            planes[2].append(color[0] - color[1])
            planes[3].append(alpha)
        }
        return planes
    }

    private func bytes() -> [UInt8] {
        let limit = hasAlpha ? 5.0 : 7.0
        let longest = Double(max(width, height))
        let across = max(1, Int((limit * Double(width) / longest).rounded()))
        let down = max(1, Int((limit * Double(height) / longest).rounded()))
        let light = waves(planes[0], max(3, across), max(3, down))
        let yellow = waves(planes[1], 3, 3)
        let red = waves(planes[2], 3, 3)
        let alpha = hasAlpha ? waves(planes[3], 5, 5) : nil
        let isLandscape = width > height
        var hash = head(light, yellow, red, shorter: isLandscape ? down : across, isLandscape)
        if let alpha { hash.append(UInt8(level(alpha.mean, 15) | level(alpha.scale, 15) << 4)) }
        return hash + Self.nibbles(light.waves + yellow.waves + red.waves + (alpha?.waves ?? []))
    }

    private func head(
        _ light: Channel, _ yellow: Channel, _ red: Channel, shorter: Int, _ isLandscape: Bool
    ) -> [UInt8] {
        let averages =
            level(light.mean, 63) | level(0.5 + 0.5 * yellow.mean, 63) << 6 | level(0.5 + 0.5 * red.mean, 63) << 12
            | level(light.scale, 31) << 18 | (hasAlpha ? 1 << 23 : 0)
        let shape =
            shorter | level(yellow.scale, 63) << 3 | level(red.scale, 63) << 9 | (isLandscape ? 1 << 15 : 0)
        return [averages, averages >> 8, averages >> 16, shape, shape >> 8].map { UInt8($0 & 255) }
    }

    private struct Channel {
        var mean = 0.0
        var scale = 0.0
        /// From 0 to 1, one half meaning none.
        var waves: [Double] = []
    }

    /// The triangle of lowest frequencies of a discrete cosine transform.
    private func waves(_ plane: [Double], _ across: Int, _ down: Int) -> Channel {
        let columns = Self.cosines(across, width)
        let rows = Self.cosines(down, height)
        var channel = Channel()
        for y in 0..<down {
            for x in 0..<across where x * down < across * (down - y) {
                let strength = project(plane, columns[x], rows[y])
                if x == 0, y == 0 { channel.mean = strength } else { channel.waves.append(strength) }
            }
        }
        channel.scale = channel.waves.map(abs).max() ?? 0
        if channel.scale > 0 { channel.waves = channel.waves.map { 0.5 + 0.5 / channel.scale * $0 } }
        return channel
    }

    private static func cosines(_ count: Int, _ length: Int) -> [[Double]] {
        (0..<count).map { wave in
            (0..<length).map { cos(.pi / Double(length) * Double(wave) * (Double($0) + 0.5)) }
        }
    }

    private func project(_ plane: [Double], _ column: [Double], _ row: [Double]) -> Double {
        var sum = 0.0
        for y in 0..<height {
            for x in 0..<width { sum += plane[y * width + x] * column[x] * row[y] }
        }
        return sum / Double(width * height)
    }

    private func level(_ value: Double, _ top: Int) -> Int {
        Int((Double(top) * min(max(value, 0), 1)).rounded())
    }

    private static func nibbles(_ waves: [Double]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (waves.count + 1) / 2)
        for (index, wave) in waves.enumerated() {
            let level = UInt8((15 * min(max(wave, 0), 1)).rounded())
            bytes[index / 2] |= level << UInt8(4 * (index % 2))
        }
        return bytes
    }
}
