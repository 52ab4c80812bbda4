"""Where things are, and what a run was asked for."""

import os
import pathlib
import shutil
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
RESULTS = ROOT / ".build/bench"
VENV = ROOT / ".build/venv-bench"
BINARY = os.environ.get("ARGENTUM_BIN", str(ROOT / ".build/release/argentum"))


class Trouble(Exception):
    """Something that makes a number worthless: the part ends, and says so."""


class Folder:
    """A folder for one measurement, on the disk of the repository so that all sides share one, gone afterwards."""

    def __enter__(self):
        (RESULTS / "work").mkdir(parents=True, exist_ok=True)
        self.path = pathlib.Path(tempfile.mkdtemp(dir=RESULTS / "work"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)
