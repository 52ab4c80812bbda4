"""What a script needs that runs several processes on one database: a worker, clients that change servers, followers."""
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import urllib.parse

from storm.client import TOKEN, Gone, form, sha256
from storm.pictures import png
from storm.server import BINARY, Trouble


class Worker:
    """`argentum worker`, in a process group of its own."""

    def __init__(self, base, arguments):
        self.arguments = list(arguments)
        self.log = os.path.join(base, "worker.log")
        self.process = None

    def start(self, wait=30):
        size = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "worker", *self.arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True)
        end = time.monotonic() + wait
        while time.monotonic() < end:
            with open(self.log, "rb") as log:
                log.seek(size)
                text = log.read()
            if b" works on " in text:
                return
            if self.process.poll() is not None:
                raise Trouble(f"the worker ended at its start: {text[-2000:].decode(errors='replace')}")
            time.sleep(0.01)
        raise Trouble(f"the worker was not ready after {wait} s")

    def stop(self):
        """SIGTERM. Returns the seconds that it took."""
        begin = time.monotonic()
        self.process.terminate()
        if self.process.wait(60) != 0:
            raise Trouble(f"the worker ended with {self.process.returncode}")
        return time.monotonic() - begin

    def kill(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def pause(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def held(self):
        """Whether anything of its group is left."""
        try:
            os.killpg(self.process.pid, 0)
            return True
        except ProcessLookupError:
            return False


class Load:
    """Clients that go on when a connection breaks, on whichever server comes next."""

    def __init__(self, servers, ledger, seed, clients=4, shared=12, most=12):
        """`most`: pictures that jobs are made for, so that what follows is bounded."""
        self.servers = servers
        self.ledger = ledger
        self.seed = seed
        self.shared = shared
        self.left = most
        self.stopping = threading.Event()
        self.trouble = []
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        source = random.Random(f"{self.seed}/{number}")
        turn = number
        try:
            while not self.stopping.is_set():
                turn += 1
                try:
                    self._one(self.servers[turn % len(self.servers)], source)
                except Gone:
                    self.ledger.count("cut off")
                    self.stopping.wait(0.05)
        except Exception as error:  # A thread that dies in silence would look like a quiet server.
            self.trouble.append(f"client {number}: {error!r}")

    def _one(self, server, source):
        choice = source.random()
        if choice < 0.55:
            is_shared = not self._take() or source.random() < 0.4
            data = png(f"shared {source.randrange(self.shared)}" if is_shared else f"{self.seed} {source.getrandbits(64)}")
            self._upload(server, data)
        elif choice < 0.85:
            self._delete(server, source)
        else:
            image = self._pick(source)
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
        image = json.loads(answer)["images"][0]
        if image["sha256"] != sha256(data):
            self.trouble.append(f"upload of {sha256(data)} was answered with {image['sha256']}")
        self.ledger.stored(image["imageId"], sha256(data))
        self.ledger.count("new" if image["isNew"] else "duplicate")

    def _pick(self, source):
        with self.ledger.lock:
            known = self.ledger.recent[-30:] or list(self.ledger.live)
            return source.choice(known) if known else None

    def _delete(self, server, source):
        image = self._pick(source)
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
