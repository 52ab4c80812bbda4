"""What a script needs that runs several processes on one database: a worker, clients that change servers, followers."""
import http.client
import json
import os
import threading
import time
import urllib.parse

from storm.client import TOKEN, Gone, form
from storm.load import Clients
from storm.pictures import png
from storm.program import BINARY, Program, Trouble


class Worker(Program):
    """`argentum worker`."""

    def __init__(self, base, arguments):
        super().__init__(os.path.join(base, "worker.log"))
        self.arguments = list(arguments)

    def start(self, wait=30):
        size = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        self.launch([BINARY, "worker", *self.arguments])
        end = time.monotonic() + wait
        while time.monotonic() < end:
            text = self.logged(size)
            if b" works on " in text:
                return
            if self.process.poll() is not None:
                raise Trouble(f"the worker ended at its start: {text[-2000:].decode(errors='replace')}")
            time.sleep(0.01)
        raise Trouble(f"the worker was not ready after {wait} s")

    def stop(self):
        """Returns the seconds that it took."""
        begin = time.monotonic()
        code = super().stop()
        if code != 0:
            raise Trouble(f"the worker ended with {code}")
        return time.monotonic() - begin


class ClusterLoad(Clients):
    """Clients that go on when a connection breaks, on whichever server comes next."""

    def __init__(self, servers, ledger, seed, clients=4, shared=12, most=12):
        """`most`: pictures that jobs are made for, so that what follows is bounded."""
        super().__init__(ledger, seed, clients)
        self.servers = servers
        self.shared = shared
        self.left = most

    def serve(self, number, source):
        turn = number
        while not self.stopping.is_set():
            turn += 1
            try:
                self._one(self.servers[turn % len(self.servers)], source)
            except Gone:
                self.ledger.count("cut off")
                self.stopping.wait(0.05)

    def _one(self, server, source):
        choice = source.random()
        if choice < 0.55:
            is_shared = not self._take() or source.random() < 0.4
            data = png(f"shared {source.randrange(self.shared)}" if is_shared else f"{self.seed} {source.getrandbits(64)}")
            self._upload(server, data)
        elif choice < 0.85:
            self._delete(server, source)
        else:
            image = self.pick(source)
            if image and self._take():
                self._ask(server, "POST", f"/api/images/{image}/reprocess", (202, 404))

    def _take(self):
        with self.ledger.lock:
            self.left -= 1
            return self.left >= 0

    def _upload(self, server, data):
        body, kind = form([("p.png", data)])
        status, answer = self._ask(server, "POST", "/api/images/upload", (200, 201), body, kind)
        if status not in (200, 201):
            return
        self.note_stored(json.loads(answer)["images"][0], data)

    def _delete(self, server, source):
        image = self.pick(source)
        if image is None:
            return
        self.ledger.deleting(image)
        status, _ = self._ask(server, "DELETE", f"/api/images/{image}", (204, 404))
        self.ledger.delete_answered(image, status)

    def _ask(self, server, method, path, good, body=None, kind=None):
        """Status and body. Every other answer than the good ones is 503 with Retry-After, or a breach."""
        place = urllib.parse.urlsplit(server.url)
        line = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        headers = {"Authorization": "Bearer " + TOKEN, **({"Content-Type": kind} if kind else {})}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(str(error)) from error
        finally:
            line.close()
        if answer.status in good:
            self.ledger.count(f"{method} {answer.status}")
        elif answer.status == 503 and answer.getheader("Retry-After"):
            self.ledger.count("503")
            self.stopping.wait(0.1)
        else:
            self.trouble.append(f"{method} {path}: {answer.status} {data[:300]!r}")
        return answer.status, data


class Follower:
    """Follows /api/events for as long as it may, and comes back on another server with the number it saw last."""

    def __init__(self, servers):
        self.servers = servers
        self.seen = []
        self.connections = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping.set()

    def wait_for(self, number, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end and (not self.seen or self.seen[-1] < number):
            time.sleep(0.02)

    def _run(self):
        turn = 0
        while not self.stopping.is_set():
            try:
                self._follow(self.servers[turn % len(self.servers)])
            except (OSError, http.client.HTTPException, ValueError):
                pass
            turn += 1
            self.stopping.wait(0.05)

    def _follow(self, server):
        place = urllib.parse.urlsplit(server.url)
        line = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
        headers = {"Authorization": "Bearer " + TOKEN}
        if self.seen:
            headers["Last-Event-ID"] = str(self.seen[-1])
        try:
            line.request("GET", "/api/events?after=0", headers=headers)
            answer = line.getresponse()
            if answer.status != 200:
                answer.read()
                return
            self.connections += 1
            # Also without any trouble it moves to the other server now and then.
            end = time.monotonic() + 5
            while not self.stopping.is_set() and time.monotonic() < end:
                text = answer.readline()
                if not text:
                    return
                if text.startswith(b"id: "):
                    self.seen.append(int(text[4:]))
        finally:
            line.close()
