"""The samples of one part, kept as JSON: the report and anybody else can work with them."""

import json

from .place import RESULTS


class Sheet:
    def __init__(self, part, is_short):
        self.part, self.is_short = part, is_short
        self.lines, self.notes = [], []

    def ratio(self, what, against, unit, ours, theirs, sense, bar=None):
        """Pairs of measurements made side by side. `sense` is "theirs/ours" or "ours/theirs"; `bar` is (sign, number)."""
        self._add(dict(what=what, against=against, unit=unit, kind="ratio", ours=ours, theirs=theirs, sense=sense, bar=bar))

    def value(self, what, unit, samples, statistic="median", bar=None, against=""):
        """Samples of one thing; `statistic` (median, p99, max, min, mean) is what counts against the bar."""
        self._add(dict(what=what, against=against, unit=unit, kind="value", samples=samples, statistic=statistic, bar=bar))

    def missing(self, what, why, against="", bar=None):
        self._add(dict(what=what, against=against, kind="missing", why=why, bar=bar))

    def note(self, text):
        self.notes.append(text)
        print(f"  note: {text}", flush=True)

    def _add(self, line):
        from .table import sentence

        self.lines.append(line)
        print(f"  {sentence(line)}", flush=True)

    def save(self, **facts):
        RESULTS.mkdir(parents=True, exist_ok=True)
        record = {"part": self.part, "short": self.is_short, **facts, "lines": self.lines, "notes": self.notes}
        (RESULTS / f"{self.part}.json").write_text(json.dumps(record, indent=1) + "\n")
