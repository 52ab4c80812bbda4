"""Our own checks on every call that schemathesis makes. Loaded by it, not by us."""

import sys
from pathlib import Path

import schemathesis

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apilib import answers  # noqa: E402


@schemathesis.check
def sound_answer(_context, response, case):
    """No 5xx, a whole problem document, headers that keep browsers from sniffing."""
    problem = problem_of(response)
    headers = {name.lower(): values[0] for name, values in response.headers.items()}
    # Answers to HEAD have no body to be a problem in.
    if case.method.upper() != "HEAD":
        found = answers.faults(response.status_code, headers, problem)
        assert not found, f"{response.status_code}: {', '.join(found)}"


@schemathesis.check
def named_status(_context, response, case):
    """The document names the status for the operation; `default` is for failures of ours and of HTTP's own rules."""
    # A method that the document does not have is answered by the router.
    if response.status_code == 405 or case.method.upper() != case.operation.method.upper():
        return
    code = (problem_of(response) or {}).get("code")
    operation = case.operation.definition.raw
    assert answers.is_named(response.status_code, operation, code), f"{response.status_code} {code} is not named"


def problem_of(response):
    kinds = response.headers.get("content-type") or [""]
    return response.json() if kinds[0] == "application/problem+json" else None
