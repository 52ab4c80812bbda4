import AgBase
package import AgJobs
import AgModel

extension JobKind {
    /// Thumbnail, variants, placeholder and colours of one image.
    package static let generateVariants = JobKind(rawValue: "generate-variants")
    /// What the file itself says about the picture.
    package static let generateMetadata = JobKind(rawValue: "generate-metadata")
}

extension JobSpec {
    /// Work on one image.
    ///
    static func image(
        _ kind: JobKind, _ id: ImageID, priority: JobPriority, _ options: ImageJobOptions = []
    ) -> JobSpec {
        JobSpec(
            kind: kind, subject: id.text, recipe: Recipe.current, payload: options.payload, priority: priority)
    }
}

extension ActiveJob {
    var options: ImageJobOptions { ImageJobOptions(payload: payload) }
}
