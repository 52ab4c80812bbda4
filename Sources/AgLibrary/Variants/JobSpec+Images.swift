import AgBase
package import AgJobs
import AgModel
import AgSQL

extension JobKind {
    /// Thumbnail, variants, placeholder and colours of one original.
    package static let generateVariants = JobKind(rawValue: "generate-variants")
    /// What the file itself says about the picture.
    package static let generateMetadata = JobKind(rawValue: "generate-metadata")
}

extension JobSpec {
    /// Work on the original that an image shows. What it makes belongs to all images that show it, so there is one such
    /// job for all of them.
    ///
    /// - Parameter caller: whose jobs take turns with those of others; all that goes through one token is one caller's.
    static func image(
        _ kind: JobKind, _ image: Image, priority: JobPriority, _ options: ImageJobOptions = [],
        for caller: Caller = .server
    ) -> JobSpec {
        var spec = JobSpec(
            kind: kind, subject: image.original.id.text, recipe: Recipe.current, payload: options.payload,
            priority: priority, imageID: image.id.text, share: caller.group)
        spec.runsAnew = options.contains(.again)
        spec.join = ImageJobOptions.join
        return spec
    }
}

extension ActiveJob {
    var options: ImageJobOptions { ImageJobOptions(payload: payload) }

    /// The original that it works on; `nil` when that is gone. Older programs named an image instead.
    func original(in connection: any SQLConnection) throws -> Original? {
        if let id = OriginalID(untrusted: subject), let original = try Original.find(id, in: connection) {
            return original
        }
        return try ImageID(untrusted: subject).flatMap { try Image.find($0, in: connection) }?.original
    }
}

/// The images that show an original hear of its jobs.
struct OriginalAudience: JobAudience {
    func images(of subject: String, in connection: any SQLConnection) throws -> [String] {
        guard let original = OriginalID(untrusted: subject) else { return [] }
        return try Image.ids(showing: original, in: connection).map(\.text)
    }

    func hold(_ subject: String, in tx: any SQLTransaction) throws {
        if let original = OriginalID(untrusted: subject) { try Original.hold(original, in: tx) }
    }

    func subject(of image: String, in connection: any SQLConnection) throws -> String? {
        try ImageID(untrusted: image).flatMap { try Image.original(of: $0, in: connection) }?.text
    }
}
