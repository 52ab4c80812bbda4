import AgBase

/// The ways in which a multipart body can be wrong; all are the client's.
enum MultipartFault {
    static func malformed(_ message: String) -> Fault {
        Fault(.badRequest, "multipart-malformed", message)
    }

    static var truncated: Fault {
        Fault(
            .badRequest, "multipart-truncated", "The body ends before its closing boundary; nothing of it was kept.",
            isRetryable: true)
    }

    static func tooManyParts(_ limit: Int) -> Fault {
        Fault(.badRequest, "multipart-too-many-parts", "The body has more than \(limit) parts.")
    }
}
