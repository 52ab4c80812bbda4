import AgBase
import AgImaging
import AgModel

/// Every reason not to make a picture, side by side.
enum RenderRefusal {
    /// Long enough that a few are made meanwhile.
    private static let pause = Duration.seconds(2)

    static func queueFull(_ limit: Int) -> Fault {
        Fault(
            .tooManyRequests, "render-queue-full",
            "As many pictures are being made already as one caller may ask for at a time, out of \(limit) for all (render-queue); "
                + "ask again after Retry-After.", retryAfter: pause)
    }

    /// What is told of the picture when its codec gave up.
    static func fault(for error: CodecError, _ id: ImageID) -> Fault {
        guard error.blamesThePicture else {
            return Fault(
                .unavailable, error.code.rawValue, "Image \(id) could not be rendered: \(error.message)",
                retryAfter: .seconds(5), cause: error)
        }
        return Fault(
            .unprocessable, "render-failed", "Image \(id) could not be rendered: \(error.message)",
            details: [Fault.Detail(subject: id.text, code: error.code.rawValue, detail: error.message)], cause: error)
    }

    /// Whether it would be the same with any other source.
    static func isOurs(_ error: any Error) -> Bool {
        guard let error = error as? CodecError else { return false }
        return !error.blamesThePicture
    }
}
