"""A PostgreSQL server of the script's own, and an installation on it that is checked without the program."""
import json
import os
import shutil
import subprocess

from storm.checker import Store

TOOL = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "postgres"))


class Postgres:
    """Started in a folder of its own, on a private socket."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        # The server runs as an unprivileged user, who must reach its folder.
        for place in (folder, os.path.dirname(folder)):
            os.chmod(place, 0o755)
        done = subprocess.run([TOOL, "start", folder], capture_output=True, text=True, check=True)
        self.url = done.stdout.strip()
        self.socket = os.path.join(folder, ".s.PGSQL.5432")

    def url_through(self, folder):
        """The address for clients of a relay that listens in `folder`."""
        return self.url.replace("host=" + self.folder, "host=" + folder)

    def crash(self):
        subprocess.run([TOOL, "stop", self.folder, "immediate"], check=True, capture_output=True)

    def resume(self):
        subprocess.run([TOOL, "resume", self.folder], check=True, capture_output=True)

    def stop(self):
        subprocess.run([TOOL, "stop", self.folder, "immediate"], capture_output=True)


class PostgresStore(Store):
    """Reads rows with psql, as lines of JSON."""

    pause = 0.2

    def __init__(self, postgres, storage):
        super().__init__(storage, "", storage)
        self.postgres = postgres

    def rows(self, text, *values):
        for value in values:
            text = text.replace("?", "'" + str(value).replace("'", "''") + "'", 1)
        text = text.replace("json_extract(data, '$.jobId')", "data::json->>'jobId'")
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", f"SELECT row_to_json(t) FROM ({text}) AS t",
             self.postgres.url], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr.strip()} in: {text}")
        lines = [json.loads(line, object_pairs_hook=list) for line in done.stdout.splitlines() if line]
        return [tuple(_value(value) for _, value in line) for line in lines]

    def integrity(self):
        return []


def _value(value):
    """Bytes come as text that begins with a backslash and an x."""
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("\\x") else value


def is_there():
    return shutil.which("psql") is not None
