"""The real program on a data folder."""

import os
import subprocess
import time

from . import processes
from .client import TOKEN, Client
from .place import BINARY, Trouble


class Server:
    """`argentum serve` on a free port. `core` pins it and its children to one processor core.

    It logs warnings only, as nginx beside it writes no access log either.
    """

    def __init__(self, folder, *flags, core=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.data, self.log_path = folder / "data", folder / "argentum.log"
        self.note = self.data / "server-url"
        self.note.unlink(missing_ok=True)
        pin = [] if core is None else ["taskset", "-c", str(core)]
        command = [*pin, BINARY, "serve", "--port", "0", "--data", str(self.data), "--log-level", "warning", *flags]
        begin = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, "ARGENTUM_TOKEN": TOKEN}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.pid = self.process.pid
        self._await_ready()
        self.start_seconds = time.monotonic() - begin

    def _await_ready(self):
        for _ in range(60_000):
            if self.process.poll() is not None:
                raise Trouble(f"the server ended at its start: {self.log_path.read_text()[-1000:]}")
            if self._is_ready():
                return
            time.sleep(0.002)
        raise Trouble("the server was not ready after two minutes")

    def _is_ready(self):
        try:
            text = self.note.read_text()
            self.port = int(text.strip().rsplit(":", 1)[1])
            self.client().ask("GET", "/readyz")
            return True
        except (OSError, IndexError, ValueError, Trouble):
            return False

    def client(self, **options):
        return Client(self.port, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.end(self.process)

    def cpu(self):
        return processes.cpu(self.pid)

    def codec_peak(self):
        """The most memory that any living codec child ever had, in MiB."""
        return max((processes.memory(child, "VmHWM") for child in processes.children(self.pid)), default=0.0)

    def await_complete(self, image, seconds=300):
        client = self.client()

        def is_complete():
            answer = client.status(image)
            if answer["status"] == "failed":
                raise Trouble(f"the picture failed: {answer['error']}")
            jobs_end = all(job["state"] not in ("queued", "active") for job in answer["jobs"])
            return answer["status"] == "completed" and jobs_end

        processes.wait_until(is_complete, seconds, "a picture's variants")
        client.close()
