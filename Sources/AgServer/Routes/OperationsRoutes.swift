import AgBase
import AgContract
import AgHTTP
import AgLibrary

/// What load balancers and monitoring ask.
func addOperationsRoutes(to book: inout RouteBook, _ parts: ApplicationParts) {
    book.on(.livez) { _, _ in try .answer(200, API.Liveness()) }
    book.on(.readyz) { request, _ in try await readinessAnswer(parts.readiness) }
    book.on(.metrics) { _, _ in try await metricsAnswer(parts.metrics, parts.metricSources) }
}

/// The document describes every route, so this comes last.
func addOpenAPIRoute(to book: inout RouteBook, publicURL: String?) {
    let document = OpenAPIDocument(book.operations + [.openAPI], publicURL: publicURL)
    let content = DeliveredContent.builtIn(document.json.bytes, "application/json")
    book.on(.openAPI) { request, _ in AgHTTP.content(of: content, for: request) }
}

func readinessAnswer(_ readiness: Readiness) async throws -> HTTPResponse {
    let findings = await readiness.findings()
    let failed = findings.filter { !$0.isGood }
    guard failed.isEmpty else {
        let details = failed.map { finding in
            Fault.Detail(
                subject: finding.name, code: finding.code ?? Readiness.notReady,
                detail: finding.code == Readiness.notReady
                    ? "The check '\(finding.name)' failed or did not answer in time."
                    : "The disk is full up to its reserve: uploads are refused, deletions make room.")
        }
        throw Fault(
            .unavailable, "not-ready",
            sentence(failed.map(\.name)),
            retryAfter: .seconds(5), details: details)
    }
    return try .answer(200, API.Readiness(checks: findings.map { .init(name: $0.name) }))
}

private func sentence(_ failed: [String]) -> String {
    if failed == ["stopping"] { return "Argentum is stopping. Send requests elsewhere." }
    return
        "Argentum is not ready: \(failed.joined(separator: ", ")) failed or did not answer in time. The log says why."
}

func metricsAnswer(
    _ metrics: Metrics, _ sources: [@Sendable () async throws -> [MetricFamily]]
) async throws -> HTTPResponse {
    var families =
        metrics.families() + metrics.serverFamilies() + ProcessMetrics.families(startedAt: Program.startedAt)
    for source in sources { families += try await source() }
    return .text(200, families.map(\.text).joined(), type: "text/plain; version=0.0.4; charset=utf-8")
}

extension Operation {
    fileprivate static let livez = Operation(
        .get, "/livez", "Whether the process answers", tag: "Operations", access: .open,
        answers: [.json(200, "It does.", .object([SchemaField("status", .words(["alive"]))]))])

    fileprivate static let readyz = Operation(
        .get, "/readyz", "Whether requests can be served", tag: "Operations", access: .open,
        answers: [
            .json(
                200, "They can.",
                .object([
                    SchemaField("status", .words(["ready"])),
                    SchemaField("checks", .array(.object([SchemaField("name", .string)]))),
                ])),
            .problem(503, "They cannot; `errors` names the checks that failed."),
        ])

    fileprivate static let metrics = Operation(
        .get, "/metrics", "Numbers for Prometheus", tag: "Operations", access: .scope(.read),
        answers: [.text(200, "The text format of Prometheus, version 0.0.4.", "text/plain")])

    fileprivate static let openAPI = Operation(
        .get, "/openapi.json", "This document", tag: "Operations", access: .open,
        parameters: [.header("Range", .string, "One range of bytes.")],
        answers: [
            .json(200, "OpenAPI 3.1.", .anyObject), .bytes(206, "The range.", ["application/json"]),
            .empty(304, "Not changed."), .problem(412, "`If-Match` or its kin want other content."),
            .problem(416, "The range lies outside."),
        ])
}
