"""Two servers on one database and one storage folder, each with a data directory of its own."""
import os

from storm.checker import Store
from storm.server import Server


class Pair:
    def __init__(self, base, arguments=()):
        shared = os.path.join(base, "shared")
        os.makedirs(shared)
        self.database = os.path.join(shared, "argentum.sqlite")
        common = ["--database", "sqlite:" + self.database, "--storage", "file://" + shared, *arguments]
        self.servers = [Server(os.path.join(base, name), common, name) for name in ("a", "b")]
        self.store = Store(shared, self.database, shared)

    def active_jobs(self, server_name=None):
        """Rows of running jobs: id, fence, losses, the name of the worker, kind."""
        rows = self.store.rows(
            "SELECT j.id, j.fence, j.losses, w.name, j.kind FROM jobs j LEFT JOIN job_workers w ON w.id = j.worker "
            "WHERE j.state = 'active'")
        return [row for row in rows if server_name in (None, row[3])]

    @staticmethod
    def name_of(server):
        """What the server calls itself in the table of workers."""
        with open(os.path.join(server.folder, "node-name")) as file:
            return file.read().strip()
