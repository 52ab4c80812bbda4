"""What the kernel knows of processes: processor time, memory, children."""

import os
import pathlib
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


def children(pid):
    found = []
    for task in _tasks(pid):
        try:
            found += [int(word) for word in (task / "children").read_text().split()]
        except OSError:
            pass  # A thread that ended meanwhile has no children any more.
    return found


def _tasks(pid):
    try:
        return list(pathlib.Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def family(pid):
    """The process and all that descend from it."""
    return [pid] + [other for child in children(pid) for other in family(child)]


def cpu(pid):
    """Seconds of processor of a whole family, those of children included that have ended and were waited for."""
    return sum(_cpu_of_one(member) for member in family(pid))


def _cpu_of_one(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(int(word) for word in words[11:15]) / TICKS


def memory(pid, name="VmRSS"):
    """MiB out of /proc/PID/status; 0 for a process that is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":")), 0.0)


class Watch:
    """Calls `look` fifty times a second until its block ends, and keeps the highest answer."""

    def __init__(self, look):
        self.look, self.highest, self.over = look, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self.over.wait(0.02):
            self.highest = max(self.highest, self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.highest = max(self.highest, self.look())


def wait_until(is_so, seconds, what):
    """Looks fifty times a second; ends the part when it takes longer than `seconds`."""
    from .place import Trouble

    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise Trouble(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def end(process, seconds=40):
    """Asks a process that we started to stop; ends it when it does not."""
    process.terminate()
    try:
        process.wait(seconds)
    except Exception:
        process.kill()
        process.wait()
