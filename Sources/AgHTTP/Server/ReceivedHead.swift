import CMicrohttpd

/// A request's head as received, checked for what the library lets through.
struct ReceivedHead {
    let headers: HTTPHeaders
    let version: String

    init(
        _ connection: DaemonConnection, _ line: cmhd_line, _ service: HTTPService
    ) throws(Framing.Refusal) {
        guard let block = unsafe connection.copyHead(line) else {
            throw Framing.Refusal(503, "out-of-memory", "There is no memory for another request.")
        }
        // The answer's head needs memory of the same connection. Without it the request would take effect and the library
        // would close without an answer.
        guard block.memory <= service.settings.maxHeadMemory else { throw .headTooLarge }
        guard block.isPlain else {
            throw Framing.Refusal(
                400, "malformed-head",
                "Each line of a head ends with CR and LF; none is folded, holds a zero or more blanks than it needs.")
        }
        guard block.count <= service.settings.maxHeaderFields else {
            throw Framing.Refusal(
                431, "too-many-headers",
                "The request has \(block.count) header fields; at most \(service.settings.maxHeaderFields) are read.")
        }
        guard block.isWellFormed else {
            throw Framing.Refusal(
                400, "invalid-header", "A header field has a malformed name or a control character in its value.")
        }
        headers = HTTPHeaders(block)
        version = unsafe String(cString: line.version)
    }
}
