"""Clients that upload, delete and reprocess until their connection breaks."""
import json
import random
import threading

from storm.client import Client, Gone, sha256
from storm.pictures import png


class Clients:
    """Some threads, each of which draws what it does from the seed. `serve` is what one of them does."""

    def __init__(self, ledger, seed, clients):
        self.ledger = ledger
        self.seed = seed
        self.stopping = threading.Event()
        self.trouble = []
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        self.join()

    def join(self):
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        try:
            self.serve(number, random.Random(f"{self.seed}/{number}"))
        except Exception as error:  # A thread that dies in silence would look like a quiet server.
            self.trouble.append(f"client {number}: {error!r}")

    def note_stored(self, image, data):
        """Of an answer that acknowledges an upload."""
        if image["sha256"] != sha256(data):
            self.trouble.append(f"upload of {sha256(data)} was answered with {image['sha256']}")
        self.ledger.stored(image["imageId"], sha256(data))
        self.ledger.count("new" if image["isNew"] else "duplicate")

    def pick(self, source):
        """One of the newest images, whose jobs may be running; None where there is none."""
        with self.ledger.lock:
            known = self.ledger.recent[-30:] or list(self.ledger.live)
            return source.choice(known) if known else None


class Load(Clients):
    """On one server."""

    def __init__(self, url, ledger, seed, clients=4, shared=40):
        super().__init__(ledger, seed, clients)
        self.url = url
        self.shared = shared

    def serve(self, number, source):
        client = Client(self.url)
        try:
            while not self.stopping.is_set():
                self._one(client, source)
        except Gone:
            self.ledger.count("cut off")
        finally:
            client.close()

    def _one(self, client, source):
        choice = source.random()
        if choice < 0.40:
            self._upload(client, source, [self._new(source) for _ in range(source.choice((1, 1, 1, 3)))])
        elif choice < 0.60:
            self._upload(client, source, [png(f"shared {source.randrange(self.shared)}")])
        elif choice < 0.85:
            self._delete(client, source)
        else:
            self._reprocess(client, source)

    def _new(self, source):
        # One in thirty is large enough that its upload and its encodes take a while.
        side = (900, 700) if source.random() < 0.03 else (40, 30)
        return png(f"{self.seed} {source.getrandbits(64)}", *side)

    def _upload(self, client, source, pictures):
        status, answer = client.upload([(f"p{n}.png", data) for n, data in enumerate(pictures)])
        if status not in (200, 201) or answer["errors"]:
            self.trouble.append(f"upload: {status} {json.dumps(answer)[:300]}")
            return
        for image, data in zip(answer["images"], pictures):
            self.note_stored(image, data)

    def _delete(self, client, source):
        image = self.pick(source)
        if image is None:
            return
        self.ledger.deleting(image)
        status = client.delete(image)
        self.ledger.delete_answered(image, status)
        self.ledger.count("deleted" if status == 204 else f"delete {status}")
        if status not in (204, 404):
            self.trouble.append(f"delete: {status}")

    def _reprocess(self, client, source):
        image = self.pick(source)
        if image is None:
            return
        status, answer = client.reprocess(image)
        self.ledger.count("reprocessed" if status == 202 else f"reprocess {status}")
        if status not in (202, 404):
            self.trouble.append(f"reprocess: {status} {json.dumps(answer)[:300]}")
