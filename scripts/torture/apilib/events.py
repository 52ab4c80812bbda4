"""The stream of events, which generators of calls cannot take: it has no end."""

import random

LARGEST = 2**63 - 1
GOOD = ["", "after=0", "after=1", f"after={LARGEST}", f"after={LARGEST - 1}", "types=image-created",
        "types=image-created,job-completed", "types=image-created&types=job-failed", "imageId=01936f5e-0000-7000-8000-000000000000"]
BAD = [f"after={LARGEST + 1}", "after=-1", "after=%2B1", "after=1.0", "after=", "after=x", "after=%D9%A1", "types=x",
       "types=image-created,x", "imageId=7", "imageId=", "after=%ff", "%ff=1", "after=1e3", f"after={-LARGEST - 1}"]


def check(server, options):
    found, asked = [], 0
    chance = random.Random(options.seed)
    good = GOOD + [f"after={chance.randrange(2**63)}" for _ in range(200 if options.full else 20)]
    for query in good:
        asked += 1
        answer = server.ask("GET", f"/api/events?{query}", server.tokens["read"])
        if answer.status != 200 or not answer.body.startswith(b":"):
            found.append(f"?{query}: {answer.status}")
    for query in BAD:
        asked += 1
        found += refused(server, query, {})
    for number, is_good in ((LARGEST, True), (0, True), (LARGEST + 1, False), ("-1", False), ("+1", False), ("x", False)):
        asked += 1
        headers = {"Last-Event-ID": str(number)}
        if not is_good:
            found += refused(server, "", headers)
        elif server.ask("GET", "/api/events", headers=headers).status != 200:
            found.append(f"Last-Event-ID {number} is refused")
    return found, f"{asked} streams"


def refused(server, query, headers):
    answer = server.ask("GET", f"/api/events?{query}", server.tokens["read"], headers=headers)
    return [] if answer.status == 400 and answer.code else [f"?{query} {headers}: {answer.status}"]
