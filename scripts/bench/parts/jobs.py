"""The queue: how many jobs come through in a second, and how soon a job begins on an idle server."""

import datetime
import http.client
import json
import os
import re
import subprocess
import threading
import time

from measure import photos
from measure.client import BEARER
from measure.place import ROOT, Folder, Trouble
from measure.postgres import Postgres
from measure.server import Server

# What is measured, how many jobs a transaction enqueues, and the bar.
RATES = {
    ("SQLite", 1): ("Enqueue + complete on SQLite, durable, 8 producers", 2000),
    ("SQLite", 100): ("The same, enqueued in batches of 100", None),
    ("PostgreSQL", 100): ("Enqueue + complete on PostgreSQL, durable, 8 producers, 4 connections, batches of 100", 3000),
    ("PostgreSQL", 1): ("The same without batches", None),
}


def run(sheet, short):
    if short:
        for what, least in RATES.values():
            sheet.missing(what, "left out in the short form: it builds the tests", bar=least and (">=", least))
    else:
        throughput(sheet, 5)
    latency(sheet, 30 if short else 300)


def throughput(sheet, rounds):
    """The queue has no door to the outside that is fast enough, so its own measurement is run: each time a process anew."""
    # In a folder of its own: tests are built with other options, and would leave the other parts another program.
    command = ["swift", "test", "-c", "release", "--scratch-path", ".build/measure", "--disable-xctest",
               "--filter", "JobMeasurements/throughput"]
    rates = {case: [] for case in RATES}
    with Postgres() as postgres:
        for _ in range(rounds):
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=compiler(postgres.url))
            note_rates(done.stdout + done.stderr, rates)
    for case, (what, least) in RATES.items():
        sheet.value(what, "jobs/s", rates[case], "median", least and (">=", least))


def compiler(url):
    folder = subprocess.check_output([ROOT / "scripts/swift-path"], text=True).strip()
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "ARGENTUM_MEASURE": "1", "ARGENTUM_TEST_POSTGRES": url}


def note_rates(text, rates):
    found = re.findall(r"MEASURED (\w+) (\d+): enqueue\+complete (\d+)/s", text)
    if len(found) != len(rates):
        raise Trouble(f"JobMeasurements printed {len(found)} rates instead of {len(rates)}: {text[-2000:]}")
    for engine, batch, rate in found:
        rates[engine, int(batch)].append(int(rate))


def latency(sheet, count):
    """From the event that a job is queued to the event that it has been leased and begins, as a follower hears of them.

    Both are sent after their commits, so their distance is that of the commits: ringing, leasing and one commit.
    """
    with Folder() as folder, Server(folder) as server:
        follower, client = Follower(server.port), server.client()
        for seed in range(count):
            server.await_complete(client.upload(photos.png(64, 48, seed), "job.png"))
            # Idle means that nothing of the last one is being tidied up any more.
            time.sleep(0.05)
        waits, stamps = follower.waits(), stamped(client)
    if len(waits) < count:
        raise Trouble(f"{len(waits)} jobs of {count} pictures were seen to begin")
    sheet.value("Lease-to-start of a job on an idle server", "ms", waits, "p99", ("<=", 20))
    sheet.value("The same, in the middle", "ms", waits, "p50")
    sheet.value("The same by the server's own stamps, from before the commit that queues it", "ms", stamps, "p99")


def stamped(client):
    """From `createdAt`, taken before the commit, to `startedAt`: more than the truth, as the follower may hear of less."""
    jobs = client.json("GET", "/api/jobs?limit=200")["jobs"]
    return [(moment(job["startedAt"]) - moment(job["createdAt"])) * 1000 for job in jobs]


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class Follower:
    """Reads the stream of events on a thread of its own and notes when it heard of each job's states."""

    def __init__(self, port):
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.line.request("GET", "/api/events?types=job-queued,job-active", headers=BEARER)
        self.stream = self.line.getresponse()
        if self.stream.status != 200:
            raise Trouble(f"/api/events was answered {self.stream.status}")
        self.heard = {"queued": {}, "active": {}}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self.stream:
                if line.startswith(b"data:"):
                    self._note(json.loads(line[5:]), time.monotonic())
        except (OSError, ValueError, http.client.HTTPException):
            pass  # The server has been stopped: the stream's end is the measurement's end.

    def _note(self, event, moment):
        self.heard.get(event["state"], {}).setdefault(event["jobId"], moment)

    def waits(self):
        queued, active = self.heard["queued"], self.heard["active"]
        return [(active[job] - queued[job]) * 1000 for job in list(active) if job in queued]
