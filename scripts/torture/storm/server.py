"""The real program, in a process group of its own."""
import os
import signal
import subprocess
import time

from storm.client import TOKEN, Client, Gone

BINARY = os.path.abspath(os.environ.get("ARGENTUM_BIN", ".build/release/argentum"))


def end_well(*_):
    """A script that is told to stop takes its servers with it."""
    raise SystemExit(143)


signal.signal(signal.SIGTERM, end_well)


class Trouble(Exception):
    """Something that must not be."""


class Server:
    """One data directory and, most of the time, a server on it."""

    def __init__(self, folder, arguments=(), name="server"):
        self.folder = folder
        self.arguments = list(arguments)
        self.process = None
        self.url = None
        self.log = os.path.join(os.path.dirname(folder), name + ".log")

    def start(self, wrapper=(), wait=30):
        """Starts, waits until it is ready, and returns how long that took in seconds."""
        begin = self.spawn(wrapper)
        self.await_ready(begin, wait)
        return time.monotonic() - begin

    def spawn(self, wrapper=()):
        note = os.path.join(self.folder, "server-url")
        if os.path.exists(note):
            os.unlink(note)
        command = [*wrapper, BINARY, "serve", "--port", "0", "--data", self.folder, *self.arguments]
        with open(self.log, "ab") as log:
            begin = time.monotonic()
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, "ARGENTUM_TOKEN": TOKEN})
        return begin

    def await_ready(self, begin, wait=30):
        note = os.path.join(self.folder, "server-url")
        while time.monotonic() - begin < wait:
            if self.process.poll() is not None:
                raise Trouble(f"the server ended at its start with {self.process.returncode}: {self.tail()}")
            try:
                with open(note) as file:
                    self.url = file.read().strip()
                client = Client(self.url, timeout=10)
                status = client.ask("GET", "/readyz")[0]
                client.close()
                if status == 200:
                    return
            except (FileNotFoundError, Gone, ValueError):
                pass
            time.sleep(0.005)
        raise Trouble(f"the server was not ready after {wait} s: {self.tail()}")

    def kill(self):
        """kill -9 for the whole group."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def client(self, timeout=30):
        return Client(self.url, timeout)

    def tail(self):
        with open(self.log, "rb") as log:
            log.seek(max(0, os.path.getsize(self.log) - 2000))
            return log.read().decode(errors="replace")

    def children(self):
        """The codec children's process ids."""
        path = f"/proc/{self.process.pid}/task"
        found = []
        try:
            for task in os.listdir(path):
                with open(f"{path}/{task}/children") as file:
                    found += [int(word) for word in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
        return found

    def verify(self, repair=False):
        """`argentum verify`: its exit code and what it said."""
        command = [BINARY, "verify", "--data", self.folder, *storage_only(self.arguments)]
        done = subprocess.run(command + (["--repair"] if repair else []), capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def storage_only(arguments):
    """The settings that `verify` takes too: database and storage."""
    kept = []
    for name, value in zip(arguments, arguments[1:]):
        if name in ("--database", "--storage"):
            kept += [name, value]
    return kept
