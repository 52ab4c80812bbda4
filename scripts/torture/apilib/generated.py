"""Calls generated from the document by schemathesis, with all of its checks and two of our own."""

import os
import subprocess
from pathlib import Path

from . import tally
from .tools import program

HOOKS = Path(__file__).resolve().parent / "hooks.py"

# Each exception has its reason: what a schema cannot say.
CONFIG = """
hooks = "{hooks}"
[cache]
enabled = false
# All checks, also those that are off by default. `--checks all` would overrule the exceptions below.
[checks]
enabled = true
max_response_time = 10
# The tokens are those of a server that is gone afterwards; without them no call can be made again.
[output.sanitization]
enabled = false
[dictionaries.image]
values = ["{image}", "01936f5e-0000-7000-8000-000000000000"]
[dictionaries.job]
values = ["{job}", "01936f5e-0000-7000-8000-000000000000"]
[dictionaries.variant]
values = ["small", "medium.webp", "large.avif", "small.jpg", "original", "thumbnail"]
[dictionaries.grant]
values = ["{grant}", "01936f5e-0000-7000-8000-000000000000"]
# Widths, heights and qualities that a token may ask for; others are refused, as they should be.
[dictionaries.side]
values = [32, 64, 320]
[dictionaries.quality]
values = [50, 75]
[dictionaries.key]
values = ["{key}"]
[parameters]
"path.variant" = {{ dictionary = "variant", probability = 0.8 }}
"path.uploadId" = {{ dictionary = "grant", probability = 0.8 }}
"query.w" = {{ dictionary = "side", probability = 0.8 }}
"query.h" = {{ dictionary = "side", probability = 0.8 }}
"query.q" = {{ dictionary = "quality", probability = 0.8 }}
"query.key" = {{ dictionary = "key", probability = 0.8 }}
"body.variant" = {{ dictionary = "variant", probability = 0.8 }}
"path.id" = {{ dictionary = "image", probability = 0.8 }}

# Whether bytes are a picture, and whether a generated form can be sent at all, is no matter of types. 410 and 507
# are not among them.
[[operations]]
include-path = ["/api/images/upload", "/api/uploads/{{uploadId}}"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 413, 415, 422, 429]

# Where a picture ends, and so whether a range lies in it, only the picture knows.
[[operations]]
include-path = ["/api/images/{{id}}/original", "/api/images/{{id}}/thumbnail", "/api/images/{{id}}/variants/{{variant}}"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 416, 429]

# One of `w` and `h` is needed, which parameters cannot say of each other; presets are a matter of settings; ranges as above.
[[operations]]
include-path = "/api/images/{{id}}/render"
checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 416, 429]

# A cursor is opaque: only the server knows its own.
[[operations]]
include-path = ["/api/images", "/api/sessions/{{sessionId}}/images"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403]

# The name of a variant is a word, not a schema; a code or a token is good or not, and a job is in a state or not.
[[operations]]
include-path = ["/api/sign-in", "/api/jobs/{{id}}/retry", "/api/jobs/{{id}}/cancel", "/api/images/{{id}}/sign"]
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422]

# The job's id, not the image's.
[[operations]]
include-path = ["/api/jobs/{{id}}", "/api/jobs/{{id}}/retry", "/api/jobs/{{id}}/cancel"]
parameters = {{ "path.id" = {{ dictionary = "job", probability = 0.8 }} }}
# Deleting is for what is made on the way, not for what the other calls look at: a name is both method and path, where
# two filters of their own would each be enough.
[[operations]]
include-name = ["DELETE /api/images/{{id}}", "DELETE /api/tokens/{{id}}"]
parameters = {{ "path.id" = "01936f5e-0000-7000-8000-000000000001" }}
[[operations]]
include-name = "PATCH /api/tokens/{{id}}"
parameters = {{ "path.id" = "{token}" }}
"""


def check(server, options):
    config = server.folder / "schemathesis.toml"
    config.write_text(CONFIG.format(
        hooks=HOOKS, image=server.images[0], job=server.job, token=server.token_id, grant=server.grant, key=server.key))
    found, lines = [], []
    for who, examples, phases in plan(options):
        text, ok = run(server, config, who, examples, phases, options.seed)
        rows = tally.read(server.folder / "tally.json")
        lines.append(f"{sum(row[-1] for row in rows)} calls as {who} ({tally.summary(rows)})")
        if options.table:
            print(f"as {who}:", *tally.table(rows), sep="\n", flush=True)
        if not ok:
            found.append(f"as {who}:\n{text}")
    return found, ", ".join(lines)


def plan(options):
    everything = "examples,coverage,fuzzing,stateful"
    if options.full or options.examples:
        return [(who, options.examples or 60, everything) for who in ("admin", "read", "none")]
    return [("admin", 4, everything), ("read", 2, "fuzzing"), ("none", 2, "fuzzing")]


def run(server, config, who, examples, phases, seed):
    token = server.tokens[who]
    (server.folder / "tally.json").unlink(missing_ok=True)
    command = [
        program("schemathesis"), "--config-file", config, "--no-color", "run", f"{server.folder}/openapi.json",
        "--url", server.url, "--max-examples", str(examples), "--phases", phases, "--seed", str(seed),
        "--continue-on-failure", "--request-timeout", "20", "--warnings", "off", "--suppress-health-check", "all",
        # It has no end; events.py asks it.
        "--exclude-path", "/api/events",
    ]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    (server.folder / "openapi.json").write_bytes(server.ask("GET", "/openapi.json").body)
    result = subprocess.run(
        list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=server.folder,
        env={**os.environ, "COLUMNS": "120", tally.FILE: str(server.folder / "tally.json")})
    return result.stdout + result.stderr, result.returncode == 0
