"""What the server has promised: written down by the clients, held against the server after every kill."""
import threading

from storm.client import Gone


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        # Image id to SHA-256: acknowledged, and no delete of it was ever sent.
        self.live = {}
        # A delete was sent and not answered: both outcomes are right until we have looked.
        self.unsure = {}
        # A delete was acknowledged, or what it did was seen.
        self.deleted = set()
        self.recent = []
        self.counts = {}

    def count(self, what, by=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + by

    def stored(self, image, sha):
        with self.lock:
            # Another client may have sent the delete before our answer came.
            if image not in self.unsure and image not in self.deleted:
                self.live[image] = sha
                self.recent.append(image)

    def deleting(self, image):
        with self.lock:
            self.unsure[image] = self.live.pop(image, self.unsure.get(image))

    def delete_answered(self, image, status):
        """204: it is gone. 404: somebody else's delete was first, which is as good."""
        with self.lock:
            if status in (204, 404):
                self.unsure.pop(image, None)
                self.deleted.add(image)

    def take_recent(self):
        with self.lock:
            recent, self.recent = self.recent, []
            return recent

    def breaches(self, hashes):
        """Holds the promises against what the checker found. Settles what was unsure."""
        found = []
        for image, sha in self.live.items():
            if hashes.get(image) != sha:
                what = "is gone" if image not in hashes else f"has {hashes[image]}"
                found.append(f"acknowledged image {image} with {sha} {what}")
        for image in self.deleted:
            if image in hashes:
                found.append(f"deleted image {image} is back")
        for image, sha in list(self.unsure.items()):
            del self.unsure[image]
            if image not in hashes:
                self.deleted.add(image)
            elif sha is None or hashes[image] == sha:
                self.live[image] = hashes[image]
            else:
                found.append(f"image {image} with {sha} has {hashes[image]}")
        return found


def read_back(client, ledger, images):
    """Fetches originals through the server and compares them with what was promised."""
    found = []
    for image in images:
        sha = ledger.live.get(image)
        if sha is None:
            continue
        status, got = client.original(image)
        if status != 200 or got != sha:
            found.append(f"GET of acknowledged image {image}: {status}, {got} instead of {sha}")
    return found


def read_deleted(client, images):
    found = []
    for image in images:
        status = client.ask("GET", f"/api/images/{image}")[0]
        if status != 404:
            found.append(f"GET of deleted image {image}: {status}")
    return found


__all__ = ["Gone", "Ledger", "read_back", "read_deleted"]
