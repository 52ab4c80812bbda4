"""The document itself: valid OpenAPI 3.1, and complete about problems."""

import json
import subprocess

from .tools import program


def load(server):
    return server.ask("GET", "/openapi.json").json


def operations(document):
    """(method, path, operation), methods in capitals."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def needed_scope(operation):
    """None for an open call; otherwise (scope, whether nobody may ask too)."""
    security = operation["security"]
    if not security:
        return None
    return security[0]["token"][0], {} in security


def check(server, _):
    document = load(server)
    file = server.folder / "openapi.json"
    file.write_text(json.dumps(document))
    verdict = subprocess.run([program("openapi-spec-validator"), str(file)], capture_output=True, text=True)
    found = [] if verdict.returncode == 0 else [f"not valid: {verdict.stdout} {verdict.stderr}"]
    for method, path, operation in operations(document):
        named = {int(status) for status in operation["responses"] if status != "default"}
        lacking = implied(path, operation) - named
        if lacking:
            found.append(f"{method} {path} does not name {sorted(lacking)}")
    return found, f"{sum(1 for _ in operations(document))} operations"


def implied(path, operation):
    """The problems that follow from what an operation takes and whom it admits."""
    problems = set() if path in ("/livez", "/readyz") else {429}
    if operation["security"]:
        problems |= {401, 403}
    if "{" in path:
        problems.add(404)
    if any(parameter["in"] != "path" for parameter in operation.get("parameters", [])):
        problems.add(400)
    if "requestBody" in operation:
        problems |= {400, 413}
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        problems |= {415, 422}
    return problems
