"""Worker processes beside a server on PostgreSQL: a backlog of variants by two of them, beside the same by one."""

import os
import subprocess
import time

from measure import photos, processes
from measure.client import form, unique
from measure.place import BINARY, Folder, Trouble
from measure.postgres import Postgres
from measure.server import Server


def run(sheet, short):
    pictures, rounds = (4, 1) if short else (20, 5)
    one, two = [], []
    with Folder() as folder, Postgres() as postgres:
        shared = ["--database", postgres.url, "--storage", f"file://{folder}/pictures"]
        with Server(folder / "server", "--jobs", "none", *shared) as server:
            images = upload(server.client(), pictures)
            empty(server, folder, shared, 2)
            for turn in range(rounds):
                sides = [(2, two), (1, one)]
                for count, times in sides if turn % 2 == 0 else reversed(sides):
                    times.append(backlog(server, folder, shared, images, count))
    sheet.ratio("Backlog of variants of 5 MP by two workers with one codec each", "one such worker", "s", two, one,
                "ours/theirs", ("<=", 0.6))
    sheet.note(f"{pictures} pictures; from the start of the workers until the queue is empty, the server and PostgreSQL on the same "
               "two cores.")


def upload(client, count):
    jpeg = photos.five_megapixels().read_bytes()
    return [client.send(form(unique(jpeg)), (201,))["imageId"] for _ in range(count)]


def backlog(server, folder, shared, images, count):
    """Seconds from the start of the workers until all is made again."""
    client = server.client()
    for image in images:
        client.json("POST", f"/api/images/{image}/reprocess", {"only": ["variants"]}, (202,))
    return empty(server, folder, shared, count)


def empty(server, folder, shared, count):
    begin, workers = time.monotonic(), [Worker(folder / f"worker-{index}", shared) for index in range(count)]
    try:
        client = server.client()
        processes.wait_until(lambda: is_idle(client), 600, "the queue to become empty")
        return time.monotonic() - begin
    finally:
        for worker in workers:
            worker.end()


def is_idle(client):
    kinds = client.json("GET", "/api/jobs/status")["kinds"]
    if any(kind["counts"]["failed"] for kind in kinds):
        raise Trouble("a job failed")
    return all(kind["counts"]["queued"] == 0 and kind["counts"]["active"] == 0 for kind in kinds)


class Worker:
    def __init__(self, folder, shared):
        folder.mkdir(exist_ok=True)
        command = [BINARY, "worker", "--data", folder / "data", "--codecs", "1", "--log-level", "warning", *shared]
        with open(folder / "argentum.log", "ab") as log:
            self.process = subprocess.Popen(command, env=dict(os.environ), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def end(self):
        processes.end(self.process)
