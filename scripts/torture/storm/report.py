"""Counts, times and breaches of one run; printed as they come, so that a run that dies still tells something."""
import time


class Report:
    def __init__(self, name, seed):
        self.name = name
        self.begin = time.monotonic()
        self.found = []
        self.times = {}
        print(f"{name}: seed {seed}", flush=True)

    def breach(self, place, text):
        self.found.append((place, text))
        if len(self.found) <= 100:
            print(f"BREACH at {place}: {text}", flush=True)

    def breaches(self, place, texts):
        for text in texts:
            self.breach(place, text)

    def measure(self, name, seconds):
        self.times.setdefault(name, []).append(seconds)

    def progress(self, place, counts):
        seconds = time.monotonic() - self.begin
        print(f"{place}: {seconds:.0f} s, {len(self.found)} breaches, {counts}", flush=True)

    def say(self, name, value):
        print(f"{name}: {value}", flush=True)

    def end(self):
        """Prints what was measured. The exit code: 0 when nothing was breached."""
        for name, values in sorted(self.times.items()):
            values = sorted(values)
            print(
                f"{name}: {len(values)} times, median {values[len(values) // 2]:.3f} s, "
                f"p99 {values[len(values) * 99 // 100]:.3f} s, most {values[-1]:.3f} s")
        seconds = time.monotonic() - self.begin
        print(f"{self.name}: {len(self.found)} breaches in {seconds:.0f} s", flush=True)
        return 1 if self.found else 0
