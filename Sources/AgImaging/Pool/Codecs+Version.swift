internal import CVips

extension Codecs {
    /// What makes the bytes: the libraries' versions and how they are set. Two pictures made from one original by one
    /// recipe and one encoder version are the same, byte for byte. A version that only graphics notice changes this
    /// and not the recipe, so that photographs are not made again for nothing.
    package static let encoderVersion: String = {
        // The numbers are compiled into the library; asking for them starts nothing.
        let version = (0..<3).map { "\(vips_version(Int32($0)))" }.joined(separator: ".")
        return "libvips \(version), one thread, without run-time code, forms \(forms)"
    }()

    /// Raised by hand when `PictureKind`, `ColorShift` or `FormSearch` would choose otherwise.
    private static let forms = 2
}
