"""How many calls were made of which operation, in which phase, with which answer: a run that only ever reads 404 shows."""

import atexit
import json
import os
from collections import Counter

FILE = "ARGENTUM_API_TALLY"
_calls = Counter()


def count(case, response):
    phase = case.meta.phase.name.value if case.meta else "other"
    _calls[f"{case.operation.method.upper()} {case.operation.path}", phase, response.status_code] += 1


def write_at_exit():
    if FILE in os.environ:
        atexit.register(_write, os.environ[FILE])


def _write(path):
    with open(path, "w") as file:
        json.dump([[*key, number] for key, number in sorted(_calls.items())], file)


def read(path):
    """(operation, phase, status, calls)"""
    return [tuple(row) for row in json.loads(path.read_text())] if path.exists() else []


def summary(rows):
    """`3 coverage 200, 4 fuzzing 100`, as far as there were any."""
    phases = Counter()
    for _, phase, _, number in rows:
        phases[phase] += number
    return ", ".join(f"{name} {phases[name]}" for name in sorted(phases))


def table(rows):
    """A line for each operation: its calls, and how they were answered."""
    answers = {}
    for operation, _, status, number in rows:
        answers.setdefault(operation, Counter())[status] += number
    for operation, counted in answers.items():
        said = " ".join(f"{status}:{counted[status]}" for status in sorted(counted))
        yield f"{sum(counted.values()):6} {operation:44} {said}"
