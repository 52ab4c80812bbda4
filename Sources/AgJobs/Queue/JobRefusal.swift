package import AgBase

/// What the queue refuses in the same words wherever it is asked.
package enum JobRefusal {
    package static let unknown = Fault(
        .notFound, "no-such-job", "There is no job with this id. Finished jobs are kept for a while only.")

    static func allPaused(_ kind: JobKind) -> Fault {
        Fault(
            .conflict, "all-paused",
            "All jobs are paused, so \(kind) cannot be resumed alone. Resume all of them, then pause the others.")
    }

    /// - Parameter known: the kinds that this program can do.
    package static func unknownKind(_ name: String, known: [JobKind]) -> Fault {
        let names = known.map(\.rawValue).sorted()
        let hint = Suggestion.closest(to: name, in: names).map { " Did you mean '\($0)'?" } ?? ""
        let sentence = "There is no kind of jobs '\(name.excerpt())'.\(hint) Known: \(names.joined(separator: ", "))."
        return Fault(
            .unprocessable, "unknown-kind", sentence,
            details: [Fault.Detail(subject: "kind", code: "unknown-kind", detail: sentence)])
    }
}
