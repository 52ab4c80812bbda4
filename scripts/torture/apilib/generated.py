"""Calls generated from the document by schemathesis, with all of its checks and two of our own."""

import os
import re
import subprocess
from pathlib import Path

from .tools import program

HOOKS = Path(__file__).resolve().parent / "hooks.py"

# Each exception has its reason: what a schema cannot say.
CONFIG = """
hooks = "{hooks}"
[cache]
enabled = false
[parameters]
"path.id" = ["{image}", "01936f5e-0000-7000-8000-000000000000"]

# Whether bytes are a picture, and whether a generated form can be sent at all, is no matter of types.
[[operations]]
include-path = ["/api/images/upload", "/api/uploads/{{uploadId}}"]
checks.positive_data_acceptance.enabled = false

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
parameters = {{ "path.id" = ["{job}", "01936f5e-0000-7000-8000-000000000000"] }}
# Deleting is for what is made on the way, not for what the other calls look at.
[[operations]]
include-path = "/api/images/{{id}}"
include-method = "DELETE"
parameters = {{ "path.id" = "01936f5e-0000-7000-8000-000000000001" }}
[[operations]]
include-path = "/api/tokens/{{id}}"
parameters = {{ "path.id" = "01936f5e-0000-7000-8000-000000000001" }}
"""


def check(server, options):
    config = server.folder / "schemathesis.toml"
    config.write_text(CONFIG.format(hooks=HOOKS, image=server.images[0], job=server.job))
    found, lines = [], []
    for who, examples, phases in plan(options):
        text, ok = run(server, config, who, examples, phases, options.seed)
        count = re.search(r"(\d+) generated", text)
        lines.append(f"{count.group(1) if count else '?'} calls as {who}")
        if not ok:
            found.append(f"as {who}:\n{text}")
    return found, ", ".join(lines)


def plan(options):
    everything = "examples,coverage,fuzzing,stateful"
    if options.full or options.examples:
        return [(who, options.examples or 300, everything) for who in ("admin", "read", "none")]
    return [("admin", 4, everything), ("read", 2, "fuzzing"), ("none", 2, "fuzzing")]


def run(server, config, who, examples, phases, seed):
    token = server.tokens[who]
    command = [
        program("schemathesis"), "--config-file", config, "--no-color", "run", f"{server.folder}/openapi.json",
        "--url", server.url, "--checks", "all", "--max-examples", str(examples), "--phases", phases, "--seed", str(seed),
        "--continue-on-failure", "--request-timeout", "20", "--warnings", "off", "--suppress-health-check", "all",
        # It has no end; events.py asks it.
        "--exclude-path", "/api/events",
    ]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    (server.folder / "openapi.json").write_bytes(server.ask("GET", "/openapi.json").body)
    result = subprocess.run(
        list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=server.folder,
        env={**os.environ, "COLUMNS": "120"})
    return result.stdout + result.stderr, result.returncode == 0
