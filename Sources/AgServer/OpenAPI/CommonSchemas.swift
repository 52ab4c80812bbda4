import AgJobs

/// Schemas that several subjects share.
package enum CommonSchemas {
    package static let problem = Schema.named(
        "Problem",
        .object([
            SchemaField("type", .string),
            SchemaField("title", .string, about: "The status in words."),
            SchemaField("status", .integer(minimum: 400, maximum: 599)),
            SchemaField("detail", .string, about: "A sentence for people: what was wrong and what to do."),
            SchemaField("instance", .string, about: "The path that was asked for."),
            SchemaField("code", .string, about: "Stable and kebab-case; programs switch on it."),
            SchemaField("requestId", .string, about: "Leads to the request in the server's log."),
            SchemaField("retryable", .boolean, about: "Whether the same call may succeed later."),
            .optional("position", .count, about: "Where in a text the fault is, in characters from 0."),
            .optional(
                "errors",
                .array(
                    .object([
                        .optional("subject", .string, about: "A query item, a member of the body, a check."),
                        .optional("filename", .string, about: "A file of a form."),
                        .optional("field", .string, about: "A field of a form."), SchemaField("code", .string),
                        SchemaField("detail", .string), .optional("position", .count),
                    ])), about: "The parts of the input that were at fault."),
        ]))

    package static let jobError = Schema.named(
        "JobError",
        .object([
            SchemaField("code", .string),
            SchemaField(
                "class", .string, about: "invalid, auth, quota and safety are never tried again by themselves."),
            SchemaField("message", .string),
        ]))

    /// A client's own word for a group of pictures.
    package static let sessionID = Schema.text(1...128)

    package static let jobStates = Schema.words(JobState.allCases.map(\.rawValue))

    package static let job = Schema.named(
        "Job",
        .object([
            SchemaField("jobId", .uuid), SchemaField("jobName", .string), SchemaField("state", jobStates),
            SchemaField("imageId", .nullable(.uuid)), SchemaField("progress", .integer(minimum: 0, maximum: 100)),
            SchemaField("attempt", .count, about: "0 before the first."), SchemaField("maxAttempts", .count),
            SchemaField("priority", .count), SchemaField("createdAt", .dateTime), SchemaField("runAt", .dateTime),
            SchemaField("startedAt", .nullable(.dateTime)), SchemaField("finishedAt", .nullable(.dateTime)),
            SchemaField("error", .nullable(CommonSchemas.jobError)),
        ]))
}
