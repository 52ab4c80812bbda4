import CVips
import Glibc

extension Codecs {
    /// Everything that decides which bytes a render gives: our own recipe and the encoders' versions. Pictures with
    /// another version beside them are to be made again.
    package static let recipeVersion: String = {
        let vips = "vips-\(vips_version(0)).\(vips_version(1)).\(vips_version(2))"
        return "\(recipe);\(vips);webp-\(webpVersion());\(heifVersions());no-jit"
    }()

    /// Raised by hand when `RenderWork`, `EncodingForm`, `EncoderSetting` or `PlannedSize` would make other bytes.
    private static let recipe = 2

    private static func webpVersion() -> String {
        guard let function = unsafe dlsym(dlopen(nil, RTLD_LAZY), "WebPGetEncoderVersion") else { return "unknown" }
        let version = unsafe unsafeBitCast(function, to: (@convention(c) () -> Int32).self)()
        return "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }

    /// libheif is no part of this process; it is looked at and put back.
    private static func heifVersions() -> String {
        guard let heif = unsafe dlopen("libheif.so.1", RTLD_LAZY | RTLD_LOCAL) else { return "heif-none" }
        defer { unsafe dlclose(heif) }
        return unsafe "heif-\(text(heif, "heif_get_version"));aom-\(text(heif, "aom_codec_version_str"))"
    }

    private static func text(_ library: UnsafeMutableRawPointer, _ name: String) -> String {
        guard let function = unsafe dlsym(library, name) else { return "unknown" }
        let ask = unsafe unsafeBitCast(function, to: (@convention(c) () -> UnsafePointer<CChar>?).self)
        return unsafe ask().map { unsafe String(cString: $0) } ?? "unknown"
    }
}
