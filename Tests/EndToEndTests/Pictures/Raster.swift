import CVips

/// Samples row by row.
struct Raster: Sendable {
    let width: Int
    let height: Int
    let bands: Int
    /// 8 or 16 bits per sample; 16-bit samples lie in the machine's byte order.
    let depth: Int
    let samples: [UInt8]

    /// Drawn like a photograph. Another seed makes another picture; the same seed makes the same one.
    ///
    /// The drawing is C, because loops over pixels are slow in Swift that is built for debugging.
    static func photo(_ seed: Int, width: Int, height: Int, bands: Int = 3) -> Raster {
        let count = width * height * bands
        let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            cvips_test_draw(UInt64(seed), Int32(width), Int32(height), Int32(bands), buffer.baseAddress)
            filled = count
        }
        return Raster(width: width, height: height, bands: bands, depth: 8, samples: samples)
    }

    /// The same with 16 bits per sample.
    var deep: Raster {
        Raster(width: width, height: height, bands: bands, depth: 16, samples: samples.flatMap { [$0, $0] })
    }
}
