"""thumbor from PyPI, on files of a folder, keeping nothing of what it makes."""

import http.client
import socket
import subprocess
import time

from . import processes
from .nginx import free_port
from .place import VENV, Trouble

CONFIGURATION = """
LOADER = "thumbor.loaders.file_loader"
FILE_LOADER_ROOT_PATH = "{folder}"
STORAGE = "thumbor.storages.no_storage"
RESULT_STORAGE = None
ALLOW_UNSAFE_URL = True
SECURITY_KEY = "bench"
MAX_PIXELS = 100000000
"""


class Thumbor:
    def __init__(self, folder):
        self.port, self.log = free_port(), folder / "thumbor.log"
        (folder / "thumbor.conf").write_text(CONFIGURATION.format(folder=folder))
        command = [VENV / "bin/thumbor", "-p", str(self.port), "-i", "127.0.0.1", "-c", folder / "thumbor.conf"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        processes.end(self.process)
        raise Trouble(f"thumbor did not start: {self.log.read_text()[-1000:]}")

    def ask(self, path):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.request("GET", path)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        if answer.status != 200:
            raise Trouble(f"thumbor answered {path} with {answer.status}: {self.log.read_text()[-500:]}")
        return data

    def cpu(self):
        return processes.cpu(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.end(self.process)
