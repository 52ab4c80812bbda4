"""What must be true of every answer, whoever asked for whatever."""

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "requestId", "retryable"}
# Problems of a request's head: they can come for any call, and the document's `default` stands for them.
OF_THE_HEAD = {"invalid-target", "invalid-header", "invalid-host", "target-too-long", "too-many-headers", "invalid-query",
               "ambiguous-length", "invalid-length", "unknown-expectation", "unknown-transfer-encoding"}


def faults(status, headers, problem):
    """Headers by lower-case name; `problem` is the body as JSON when it is a problem document."""
    found = []
    if status >= 500:
        found.append(f"status {status}")
    if headers.get("x-content-type-options") != "nosniff":
        found.append("no nosniff")
    if problem is None and status >= 400:
        found.append("an error without a problem document")
    if status >= 400 and headers.get("cache-control") != "no-store":
        found.append("an error that may be stored")
    if problem is not None:
        if not MEMBERS <= problem.keys() or problem["status"] != status:
            found.append(f"an incomplete problem: {sorted(MEMBERS - problem.keys())}")
    if "location" in headers or 300 <= status < 400 and status != 304:
        found.append("a redirect")
    if "access-control-allow-origin" in headers:
        found.append("a CORS header")
    return found


def is_named(status, operation, code):
    """Whether the document names the status for this operation, beyond its `default`."""
    return str(status) in operation["responses"] or code in OF_THE_HEAD
