"""The real program, in a process group of its own."""
import os
import signal
import subprocess

BINARY = os.path.abspath(os.environ.get("ARGENTUM_BIN", ".build/release/argentum"))


def end_well(*_):
    """A script that is asked to stop takes its processes with it."""
    raise SystemExit(143)


signal.signal(signal.SIGTERM, end_well)


class Trouble(Exception):
    """Something that must not be."""


class Program:
    def __init__(self, log):
        self.log = log
        self.process = None

    def launch(self, command, variables=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **(variables or {})})

    def kill(self):
        """kill -9 for the whole group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        """SIGTERM. Returns the exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def held(self):
        """Whether anything of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
            return True
        except ProcessLookupError:
            return False

    def logged(self, since=0):
        """What it wrote behind this many bytes."""
        with open(self.log, "rb") as log:
            log.seek(since)
            return log.read()

    def tail(self):
        return self.logged(max(0, os.path.getsize(self.log) - 2000)).decode(errors="replace")
