"""Every operation as everybody, every path by every method."""

from . import answers
from .document import load, needed_scope, operations

RANK = {"read": 0, "write": 1, "admin": 2}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X"]
NOBODYS = "01936f5e-0000-7000-8000-000000000000"


def check(server, _):
    document = load(server)
    found, asked = [], 0
    for method, path, operation in operations(document):
        for who in ("none", "wrong", "read", "write", "admin"):
            asked += 1
            found += as_somebody(server, method, path, operation, who)
            if path == "/api/session" and who == "none":
                found += tells_nobody(server)
            if method == "GET":
                asked += 1
                found += as_somebody(server, "HEAD", path, operation, who)
        asked += 4
        found += by_cookie(server, method, path, operation)
    for path, item in document["paths"].items():
        for method in METHODS:
            asked += 1
            found += by_method(server, method, path, {name.upper() for name in item})
    # The calls of scope admin above have paused the queue and set it going again, or the other way round.
    server.ask("POST", "/api/jobs/resume")
    return found, f"{asked} calls"


def concrete(path):
    """With ids that nobody has, so that nothing is found and nothing is changed."""
    path = path.replace("{variant}", "small.webp")
    return "/".join(NOBODYS if piece.startswith("{") else piece for piece in path.split("/"))


def expected(path, operation, who):
    """The status that admission must give, or None when the handler has the word."""
    # Nobody is an answer there, not a refusal: the page asks at every visit.
    if path == "/api/session" and who == "none":
        return None
    needed = needed_scope(operation)
    if needed is None:
        return None
    scope, may_be_nobody = needed
    if who == "none":
        # Without a signature in the URL, the handler refuses with the same status.
        return 401
    if who == "wrong":
        return 401
    return None if RANK[who] >= RANK[scope] else 403


def as_somebody(server, method, path, operation, who):
    answer = server.ask(method, concrete(path), server.tokens[who])
    place = f"{method} {path} as {who}: {answer.status}"
    wanted = expected(path, operation, who)
    # The doors that judge what is in the body or the URL may say 401 themselves.
    judges = needed_scope(operation) is None
    if wanted is not None and answer.status != wanted:
        return [f"{place}, expected {wanted}"]
    if wanted is None and not judges and answer.status in (401, 403):
        return [f"{place}, expected to be admitted"]
    if method == "HEAD":
        return [f"{place} with a body"] if answer.body else []
    problem = answer.json if answer.code else None
    found = [f"{place}: {fault}" for fault in answers.faults(answer.status, answer.headers, problem)]
    if not answers.is_named(answer.status, operation, answer.code):
        found.append(f"{place} ({answer.code}) is not named in the document")
    return found


def tells_nobody(server):
    """The one call of a scope that answers strangers must tell them nothing."""
    told = server.ask("GET", "/api/session", None).json
    return [f"/api/session tells a stranger {told}"] if any(value is not None for value in told.values()) else []


def by_cookie(server, method, path, operation):
    """The page's cookie: alone it may look and not touch, with the page's token and from the page's site it may."""
    if needed_scope(operation) is None or path == "/api/sign-out":
        return []
    opened = server.ask("POST", "/api/sign-in", None, body={"token": server.tokens["admin"]})
    cookie = opened.headers["set-cookie"].split(";")[0]
    proof = {"X-CSRF-Token": opened.json["csrfToken"]}
    changes = method not in ("GET", "HEAD")
    cases = [({}, changes), ({"X-CSRF-Token": "wrong"}, changes), (proof, False),
             ({**proof, "Sec-Fetch-Site": "cross-site"}, changes)]
    found = []
    for headers, is_refused in cases:
        answer = server.ask(method, concrete(path), None, headers={"Cookie": cookie, **headers})
        if (answer.status == 403) != is_refused or answer.status == 401:
            found.append(f"{method} {path} by cookie with {sorted(headers)}: {answer.status}")
    return found


def by_method(server, method, path, known):
    allowed = known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())
    if method in allowed and method != "OPTIONS":
        return []
    answer = server.ask(method, concrete(path))
    said = {word.strip() for word in answer.headers.get("allow", "").split(",")}
    wanted = 204 if method == "OPTIONS" else 405
    if answer.status == wanted and said == allowed:
        return []
    return [f"{method} {path}: {answer.status} with Allow {sorted(said)}, expected {wanted} with {sorted(allowed)}"]
