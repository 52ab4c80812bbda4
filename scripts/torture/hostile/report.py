"""What was checked and how it came out."""

import sys


class Report:
    def __init__(self):
        self.failed = 0

    def say(self, text):
        print(text, flush=True)

    def check(self, is_right, text):
        """Prints a line for a promise; a broken one makes the run fail in the end."""
        self.failed += not is_right
        print(("ok    " if is_right else "FAIL  ") + text, flush=True)

    def end(self):
        print("all promises kept" if self.failed == 0 else f"{self.failed} promises broken", flush=True)
        sys.exit(1 if self.failed else 0)
