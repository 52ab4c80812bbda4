import AgHTTP
import AgJobs
import AgLibrary

extension Operation {
    private static let states = CommonSchemas.jobStates
    private static let kindStatus = Schema.named(
        "JobKindStatus",
        .object([
            SchemaField("kind", .string),
            SchemaField("counts", .object(JobState.allCases.map { SchemaField($0.rawValue, .count) })),
            SchemaField("oldestWaitSeconds", .nullable(.number), about: "How long the oldest queued job has waited."),
            SchemaField("isPaused", .boolean),
        ]))
    private static let id = OperationParameter.path("id", .uuid, "The job's id.")
    private static let unknown = OperationAnswer.problem(404, "There is no such job.")
    private static let unknownKind = OperationAnswer.problem(422, "There is no such kind; `errors` suggests one.")
    private static let kinds = Schema.words(Library.jobKinds.map(\.rawValue))
    private static let kindBody = OperationBody.json(
        .closed([.optional("kind", .nullable(kinds), about: "Without it: all of them.")]),
        isRequired: false)

    static let listJobs = Operation(
        .get, "/api/jobs", "List jobs, newest first", tag: "Jobs", access: .scope(.read),
        parameters: [
            .query("state", states, "Only jobs in this state."), .query("kind", kinds, "Only jobs of this kind."),
            .query("imageId", .uuid, "Only jobs of this image."),
            .query("limit", .integer(minimum: 1, maximum: 200), "Jobs per page, 50 by default."),
            .query("cursor", .uuid, "The `next` of an earlier page."),
        ],
        answers: [
            .json(
                200, "A page.",
                .object([SchemaField("jobs", .array(CommonSchemas.job)), SchemaField("next", .nullable(.string))])),
            .problem(400, "A query value is not allowed."),
        ])

    static let jobStatus = Operation(
        .get, "/api/jobs/status", "How many jobs of each kind are in which state", tag: "Jobs", access: .scope(.read),
        answers: [.json(200, "By kind.", .object([SchemaField("kinds", .array(kindStatus))]))])

    static let job = Operation(
        .get, "/api/jobs/{id}", "One job", tag: "Jobs", access: .scope(.read), parameters: [id],
        answers: [.json(200, "The job.", CommonSchemas.job), unknown])

    static let retryJob = Operation(
        .post, "/api/jobs/{id}/retry", "Queue a failed or cancelled job again", tag: "Jobs", access: .scope(.write),
        parameters: [id],
        answers: [
            .json(200, "Queued.", CommonSchemas.job), unknown,
            .problem(409, "It is in a state that cannot be retried."),
        ])

    static let cancelJob = Operation(
        .post, "/api/jobs/{id}/cancel", "Cancel a job; its effects are refused", tag: "Jobs", access: .scope(.write),
        parameters: [id],
        answers: [
            .json(
                200,
                "Cancelled: `error` has the code `cancelled`, and the class `invalid`, which says no more than that nothing "
                    + "tries it again by itself. Listeners get it as `job-failed` with the state `cancelled`.",
                CommonSchemas.job), unknown, .problem(409, "It has finished."),
        ])

    static let pauseJobs = Operation(
        .post, "/api/jobs/pause", "Start no more jobs of a kind; those that run go on", tag: "Jobs",
        access: .scope(.admin), body: kindBody, answers: [.empty(204, "Paused."), unknownKind])

    static let resumeJobs = Operation(
        .post, "/api/jobs/resume", "Take a pause back", tag: "Jobs", access: .scope(.admin), body: kindBody,
        answers: [
            .empty(204, "Resumed. Without a kind, every pause is taken back, also those of single kinds."),
            .problem(409, "A kind was named while all jobs are paused: resume all of them first."), unknownKind,
        ])
}
