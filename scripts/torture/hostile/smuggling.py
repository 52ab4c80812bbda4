"""Every shape of request, sent whole and in parts, and what must come back."""

import concurrent.futures
import random

from . import shapes
from .raw import talk


def judge(answer, allowed, then):
    """What is wrong with the answer, or None."""
    statuses = answer.statuses
    first = statuses[0] if statuses else None
    if first not in allowed:
        return f"answered {statuses or 'nothing'}"
    if then == "goes on" and first < 400 and len(statuses) != 2:
        return f"the second request was not answered: {statuses}"
    if then != "goes on" and len(statuses) > 1:
        return f"two answers to one request: {statuses}"
    if then == "ends" and not answer.is_closed:
        return f"{statuses} and the connection stayed open"
    return None


def pieces(content, dice):
    """The same bytes in a few parts, because a parser may see them differently."""
    cuts = sorted(dice.randrange(1, len(content)) for _ in range(3)) if len(content) > 4 else []
    return [content[a:b] for a, b in zip([0] + cuts, cuts + [len(content)]) if a != b]


def run(report, port, rounds, seed):
    jobs = [(name, content, allowed, then, number) for name, content, allowed, then in shapes.every()
            for number in range(rounds)]

    def ask(job):
        name, content, allowed, then, number = job
        parts = [content] if number == 0 else pieces(content, random.Random(f"{seed}{name}{number}"))
        answer = talk(port, *parts)
        if not answer.content and answer.end == "open" and then == "ends":
            # What the library has no use for is cut after two to three seconds.
            answer = talk(port, *parts, wait=6)
        return name, judge(answer, allowed, then)

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        wrong = {}
        for name, fault in pool.map(ask, jobs):
            if fault:
                wrong.setdefault(name, fault)
    report.check(not wrong, f"{len(jobs)} requests of {len(jobs) // rounds} shapes: each has one safe answer")
    for name, fault in wrong.items():
        report.say(f"      {name}: {fault}")
