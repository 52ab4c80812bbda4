"""Makes system calls of a running server fail, from the outside, for as long as a `with` block lasts."""

import os
import signal
import subprocess
import time

from .program import end_with_us


class Injection:
    """`calls` fail with `error`: the nth of each thread, or (`forever`) that one and all after it."""

    def __init__(self, pid, calls, error, nth=1, forever=False, log="/dev/null", paths=()):
        when = f"{nth}+" if forever else f"{nth}"
        self.pid, self.log = pid, log
        self.command = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}", "-e",
                        f"inject={calls}:error={error}:when={when}", *(f"-P{path}" for path in paths)]

    def __enter__(self):
        self.tracer = subprocess.Popen([*self.command, "-p", str(self.pid)], stderr=subprocess.DEVNULL,
                                       preexec_fn=end_with_us)
        end = time.monotonic() + 60
        while not all_traced(self.pid):
            if time.monotonic() > end or self.tracer.poll() is not None:
                self.tracer.kill()
                raise RuntimeError(f"strace could not be attached to {self.pid}: exit code {self.tracer.wait()}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.tracer.send_signal(signal.SIGINT)
        self.tracer.wait()
        with open(self.log, errors="replace") as text:
            self.count = sum("(INJECTED)" in line for line in text)


def all_traced(pid):
    try:
        return all(_tracer(f"/proc/{pid}/task/{task}/status") for task in os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return False


def _tracer(path):
    with open(path) as text:
        return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in text)
