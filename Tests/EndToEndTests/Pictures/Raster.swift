/// Samples row by row, drawn like a photograph: soft gradients, a few shapes with edges, grain over all of it.
struct Raster: Sendable {
    let width: Int
    let height: Int
    let bands: Int
    /// 8 or 16 bits per sample; 16-bit samples lie in the machine's byte order.
    let depth: Int
    let samples: [UInt8]

    /// Another seed makes another picture; the same seed makes the same one.
    static func photo(_ seed: Int, width: Int, height: Int, bands: Int = 3) -> Raster {
        var grain = Grain(seed: UInt64(seed))
        let shapes = (0..<6).map { _ in Shape(&grain, width, height) }
        let tint = (0..<3).map { _ in Int(grain.next() % 96) }
        var samples: [UInt8] = []
        samples.reserveCapacity(width * height * bands)
        for y in 0..<height {
            for x in 0..<width {
                let light = shapes.last { $0.covers(x, y) }
                let noise = Int(grain.next() >> 61)
                for band in 0..<bands {
                    guard band < 3 else {
                        samples.append(UInt8(x * 255 / width))
                        continue
                    }
                    let ground = tint[band] + (band == 0 ? x * 120 / width : y * 120 / height)
                    samples.append(UInt8(clamping: (light.map { $0.color[band] + ground / 3 } ?? ground) + noise))
                }
            }
        }
        return Raster(width: width, height: height, bands: bands, depth: 8, samples: samples)
    }

    /// The same with 16 bits per sample.
    var deep: Raster {
        Raster(width: width, height: height, bands: bands, depth: 16, samples: samples.flatMap { [$0, $0] })
    }

    private struct Shape {
        let x: Int
        let y: Int
        let radius: Int
        let isRound: Bool
        let color: [Int]

        init(_ grain: inout Grain, _ width: Int, _ height: Int) {
            x = Int(grain.next() % UInt64(width))
            y = Int(grain.next() % UInt64(height))
            radius = 1 + Int(grain.next() % UInt64(max(2, min(width, height) / 4)))
            isRound = grain.next() & 1 == 0
            color = (0..<3).map { _ in Int(grain.next() % 200) }
        }

        func covers(_ x: Int, _ y: Int) -> Bool {
            let (dx, dy) = (abs(x - self.x), abs(y - self.y))
            return isRound ? dx * dx + dy * dy < radius * radius : dx < radius && dy < radius
        }
    }

    /// SplitMix64: the same numbers on every machine.
    private struct Grain {
        private var state: UInt64

        init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
