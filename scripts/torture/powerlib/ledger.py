"""What one client was told, and what must therefore hold."""

import hashlib

from .check import Check
from .pictures import png


class Ledger:
    def __init__(self, seed):
        self.seed, self.number = seed, 0
        # Acknowledged uploads (id to content), acknowledged deletions, refused contents.
        self.stored, self.deleted, self.refused = {}, set(), []
        self.answers, self.wrong = {}, []

    def upload(self, client, allowed, case):
        """One upload of a new picture. `allowed` are the statuses that are honest here, besides 201."""
        self.number += 1
        content = png(f"{self.seed}/{self.number}", side=48)
        status, word = client.upload(content)
        self._note(case, "upload", status, word, {201, *allowed})
        if status == 201:
            self.stored[word] = content
        else:
            self.refused.append(content)
        return status, word

    def delete(self, client, image, allowed, case):
        status, word = client.delete(image)
        self._note(case, "delete", status, word, {204, *allowed})
        if status == 204:
            self.stored.pop(image)
            self.deleted.add(image)
        return status

    def _note(self, case, what, status, word, allowed):
        key = f"{what} {status}" + (f" {word}" if status >= 400 else "")
        self.answers[key] = self.answers.get(key, 0) + 1
        if status not in allowed:
            self.wrong.append(f"{case}: {what} was answered with {status} {word}")

    def read_back(self, client, case, image):
        status, content = client.call("GET", f"/api/images/{image}/original")
        if status != 200 or content != self.stored[image]:
            self.wrong.append(f"{case}: {image} was acknowledged and reads as {status}")

    # What `Check` asks of promises.
    class Promises:
        def __init__(self, stored, deleted):
            self.stored, self.deleted, self.asked = stored, deleted, set()

    def check(self, database, storage, case, leftovers):
        promises = self.Promises(
            {image: hashlib.sha256(content).hexdigest() for image, content in self.stored.items()}, self.deleted)
        check = Check(database, storage).run(promises, leftovers)
        self.wrong += [f"{case}: {text}" for text in check.losses + check.damage]
        extra = check.pictures - len(self.stored)
        if extra:
            self.wrong.append(f"{case}: {extra} pictures are there that nobody was told of")
        return check
