extension API {
    /// A call of the interface: what it takes and what it answers with, as far as that is JSON.
    public struct Route: Sendable {
        public let method: String
        /// With names in braces where a call has an id: `/api/images/{id}`.
        public let path: String
        /// `nil` for none, a form, or bytes.
        public let request: (any APIValue.Type)?
        /// By status. Other statuses have no JSON, or a `Problem`.
        public let answers: [Int: any APIValue.Type]

        init(
            _ method: String, _ path: String, takes request: (any APIValue.Type)? = nil,
            _ answers: [Int: any APIValue.Type] = [:]
        ) {
            self.method = method
            self.path = path
            self.request = request
            self.answers = answers
        }

        /// Whether this is the call to a path such as `/api/images/01a1fa20-72f9-73a4-a7d6-554444a9a6c2`.
        public func matches(_ method: String, _ path: some StringProtocol) -> Bool {
            guard method == self.method else { return false }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            let own = self.path.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == own.count && zip(parts, own).allSatisfy { $1.hasPrefix("{") || $0 == $1 }
        }
    }

    /// All calls whose request or answer is JSON. Of two that match a path, the first is meant.
    public static let routes: [Route] =
        imageRoutes + uploadRoutes + collectionRoutes + jobRoutes + accessRoutes + operationsRoutes

    private static let imageRoutes: [Route] = [
        Route("GET", "/api/images", [200: ImagePage.self]),
        Route("GET", "/api/sessions/{sessionId}/images", [200: ImagePage.self]),
        Route("GET", "/api/images/{id}", [200: ImageDetails.self]),
        Route("GET", "/api/images/{id}/details", [200: ImageDetails.self]),
        Route("GET", "/api/images/{id}/status", [200: ImageProgress.self]),
        Route("POST", "/api/images/{id}/reprocess", takes: ReprocessRequest.self, [202: QueuedJobs.self]),
        Route("GET", "/api/images/{id}/record", [200: SealedRecord.self]),
        Route("PUT", "/api/images/{id}/alias", takes: AliasRequest.self, [200: ImageAlias.self]),
        Route("PUT", "/api/images/{id}/content", [200: Image.self]),
        Route("POST", "/api/images/{id}/sign", takes: SignRequest.self, [200: SignedURL.self]),
    ]

    private static let uploadRoutes: [Route] = [
        Route("POST", "/api/images/upload", [200: UploadAnswer.self, 201: UploadAnswer.self]),
        Route("POST", "/api/uploads", takes: UploadURLRequest.self, [201: UploadURL.self]),
        Route("GET", "/api/uploads/{uploadId}", [200: UploadState.self]),
        Route("POST", "/api/uploads/{uploadId}", [200: GrantUpload.self, 201: GrantUpload.self]),
        Route("PUT", "/api/uploads/{uploadId}", [200: GrantUpload.self, 201: GrantUpload.self]),
    ]

    private static let jobRoutes: [Route] = [
        Route("GET", "/api/jobs", [200: JobPage.self]),
        Route("GET", "/api/jobs/status", [200: JobStatus.self]),
        Route("GET", "/api/jobs/{id}", [200: Job.self]),
        Route("POST", "/api/jobs/{id}/retry", [200: Job.self]),
        Route("POST", "/api/jobs/{id}/cancel", [200: Job.self]),
        Route("POST", "/api/jobs/pause", takes: JobKindRequest.self),
        Route("POST", "/api/jobs/resume", takes: JobKindRequest.self),
    ]

    private static let accessRoutes: [Route] = [
        Route("POST", "/api/sign-in", takes: SignInRequest.self, [200: Session.self]),
        Route("GET", "/api/session", [200: Session.self]),
        Route("POST", "/api/sign-in/links", [201: SignInLink.self]),
        Route("GET", "/api/tokens", [200: TokenList.self]),
        Route("POST", "/api/tokens", takes: TokenRequest.self, [201: MadeToken.self]),
        Route("PATCH", "/api/tokens/{id}", takes: TokenNameRequest.self, [200: Token.self]),
    ]

    private static let operationsRoutes: [Route] = [
        Route("GET", "/livez", [200: Liveness.self]),
        Route("GET", "/readyz", [200: Readiness.self]),
    ]

    /// The data of the events of `GET /api/events`, by their type.
    public static let events: [EventType: any APIValue.Type] = [
        .jobQueued: JobEvent.self, .jobActive: JobEvent.self, .jobProgress: JobEvent.self, .jobCompleted: JobEvent.self,
        .jobFailed: JobEvent.self, .imageCreated: ImageEvent.self, .imageUpdated: ImageEvent.self,
        .imageDeleted: ImageEvent.self, .itemUpdated: ItemEvent.self, .ruleUpdated: RuleEvent.self,
        .resync: Resync.self,
    ]
}
