"""A PostgreSQL server of one's own, as durable as its defaults make it."""

import os
import pathlib
import subprocess
import tempfile

from .place import ROOT

SCRIPT = ROOT / "scripts/postgres"


class Postgres:
    """Gone with its block. Its socket lies in it, and the path of a socket must be short."""

    def __init__(self, *settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pg-", dir=os.environ.get("TMPDIR", "/tmp")))
        os.chmod(self.folder, 0o755)
        self.cluster = self.folder / "c"
        words = [SCRIPT, "start", self.cluster, "max_connections=200", "shared_buffers=512MB", *settings]
        self.url = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([SCRIPT, "stop", self.cluster, "immediate"], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", self.folder], check=True)
