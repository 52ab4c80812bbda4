"""What is recorded: clients that upload, or upload and then delete, and note each answer with the moment it came."""

import hashlib
import json
import random
import threading

from .pictures import png

CLIENTS = 4


class Notes:
    """One line per thing a client knows: `stored` and `deleted` were answered, `asking` was about to be sent."""

    def __init__(self, path, clock):
        self.file, self.clock, self.lock = open(path, "w"), clock, threading.Lock()

    def add(self, what, image, sha256=None):
        # The moment is taken after the answer came: later than the truth, never earlier.
        moment = self.clock.now()
        with self.lock:
            self.file.write(json.dumps({"what": what, "id": image, "sha256": sha256, "at": moment}) + "\n")

    def close(self):
        self.file.close()


def run(server, notes, kind, count, seed):
    """`upload`: only that. `delete`: after all uploads, most pictures go again while a few new ones come."""
    _each(server, range(count), lambda client, number: _upload(client, notes, f"{seed}/{number}"))
    if kind == "delete":
        _each(server, range(count), lambda client, number: _delete_or_upload(client, notes, seed, number))


def _each(server, numbers, step):
    """Four clients share the numbers."""
    failures = []

    def work(mine):
        client = server.client()
        try:
            for number in mine:
                step(client, number)
        except Exception as error:  # a thread's error would be lost otherwise
            failures.append(error)

    threads = [threading.Thread(target=work, args=(numbers[start::CLIENTS],)) for start in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


_stored = {}


def _upload(client, notes, seed):
    content = png(seed)
    status, image = client.upload(content)
    if status != 201:
        raise RuntimeError(f"an upload on a sound disk was answered with {status} {image}")
    _stored[seed] = image
    notes.add("stored", image, hashlib.sha256(content).hexdigest())


def _delete_or_upload(client, notes, seed, number):
    if random.Random(f"{seed}/{number}/turn").random() < 0.15:
        return _upload(client, notes, f"{seed}/late/{number}")
    image = _stored[f"{seed}/{number}"]
    notes.add("asking", image)
    status, code = client.delete(image)
    if status != 204:
        raise RuntimeError(f"a deletion on a sound disk was answered with {status} {code}")
    notes.add("deleted", image)


def read_notes(path):
    with open(path) as source:
        return [json.loads(line) for line in source]


class Promises:
    """What a client may rely on at a moment."""

    def __init__(self, notes, moment):
        self.stored, self.asked, self.deleted = {}, set(), set()
        for note in notes:
            if any(seen > cut for seen, cut in zip(note["at"], moment)):
                continue
            if note["what"] == "stored":
                self.stored[note["id"]] = note["sha256"]
            elif note["what"] == "asking":
                self.asked.add(note["id"])
            else:
                self.deleted.add(note["id"])
        # Who has asked for a deletion without an answer cannot rely on either.
        for image in self.asked | self.deleted:
            self.stored.pop(image, None)
