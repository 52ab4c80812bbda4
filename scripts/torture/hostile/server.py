"""One real server for a torture run, and what the kernel knows of it."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOKEN = "torture-torture-torture"


class Server:
    """Starts `argentum serve` on a free port with a data folder that is gone afterwards."""

    def __init__(self, *flags):
        self.binary = os.environ.get("ARGENTUM_BIN", str(ROOT / ".build/release/argentum"))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="argentum-torture-"))
        self.data = self.folder / "data"
        self.log_path = self.folder / "log"
        self.log = open(self.log_path, "wb")
        environment = {**os.environ, "ARGENTUM_TOKEN": TOKEN, "ARGENTUM_LOG_FORMAT": "json"}
        self.process = subprocess.Popen(
            [self.binary, "serve", "--port", "0", "--data", str(self.data), *flags],
            env=environment, stdout=subprocess.DEVNULL, stderr=self.log, start_new_session=True)
        self.pid = self.process.pid
        self.port = self._wait_for_port()

    def _wait_for_port(self):
        note = self.data / "server-url"
        for _ in range(300):
            if note.exists() and note.read_text().strip():
                return int(note.read_text().strip().rsplit(":", 1)[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("the server did not start:\n" + self.log_path.read_text()[-2000:])

    def is_alive(self):
        return self.process.poll() is None

    def status(self, name):
        """A number of kibibytes or of things out of /proc/PID/status."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        return 0

    def resident_mib(self):
        return self.status("VmRSS") / 1024

    def processor_seconds(self):
        """Of the server itself, without its codec children."""
        words = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        """What each open descriptor is, with the numbers taken off, so that two moments can be compared."""
        kinds = {}
        folder = f"/proc/{self.pid}/fd"
        for entry in os.listdir(folder):
            try:
                target = os.readlink(f"{folder}/{entry}")
            except OSError:
                continue
            kind = target.split(":")[0] if ":[" in target else target
            kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def temporary_files(self):
        return sorted(path.name for path in (self.data / "tmp").rglob("*") if path.is_file())

    def descriptor_limit(self):
        for line in pathlib.Path(f"/proc/{self.pid}/limits").read_text().splitlines():
            if line.startswith("Max open files"):
                return int(line.split()[3])
        return 0

    def stop(self):
        """True when it ended by itself after being asked."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        self.log.close()
        if os.environ.get("KEEP_TORTURE") is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        return code == 0


class MemoryWatch:
    """Keeps the highest resident memory of a server, looked at ten times a second."""

    def __init__(self, server):
        import threading

        self.server, self.highest, self.over = server, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.over.wait(0.1):
            try:
                self.highest = max(self.highest, self.server.resident_mib())
            except OSError:
                return

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.highest
