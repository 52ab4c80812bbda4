"""A server on a data directory."""
import os
import subprocess
import time

from storm.client import TOKEN, Client, Gone
from storm.program import BINARY, Program, Trouble


class Server(Program):
    """One data directory and, most of the time, a server on it."""

    def __init__(self, folder, arguments=(), name="server"):
        super().__init__(os.path.join(os.path.dirname(folder), name + ".log"))
        self.folder = folder
        self.arguments = list(arguments)
        self.url = None

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
        begin = time.monotonic()
        self.launch(command, {"ARGENTUM_TOKEN": TOKEN})
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

    def client(self, timeout=30):
        return Client(self.url, timeout)

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
