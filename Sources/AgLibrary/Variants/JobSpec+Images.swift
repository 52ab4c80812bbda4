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
    /// - Parameter again: also what is there already is made anew.
    static func image(_ kind: JobKind, _ id: ImageID, priority: JobPriority, again: Bool = false) -> JobSpec {
        JobSpec(
            kind: kind, subject: id.text, recipe: Recipe.current, payload: again ? #"{"again":true}"# : "{}",
            priority: priority)
    }
}

extension ActiveJob {
    /// Whether what is there already shall be made anew. The payload is ours: see `JobSpec.image`.
    var makesAgain: Bool { payload == #"{"again":true}"# }
}
