"""Looks at an installation with nothing of ours: the tables are in docs/formats/schema.md, the paths in blobs.md."""

import hashlib
import os
import sqlite3


class Check:
    """`losses` break a promise to a client; `damage` is a row or a database that does not hold."""

    def __init__(self, database, storage):
        self.database, self.storage = database, storage
        self.losses, self.damage = [], []
        self.pictures = self.files = 0

    def run(self, promises, leftovers=False):
        try:
            # Opening it lets SQLite take back what was not committed, as the server would.
            connection = sqlite3.connect(self.database, timeout=1)
            self._rows(connection, promises)
            self._strays(connection, leftovers)
            connection.close()
        except (sqlite3.Error, OSError) as error:
            self.damage.append(f"{type(error).__name__}: {error}")
            if promises.stored:
                self.losses.append(f"{len(promises.stored)} pictures behind a database that does not open")
        return self

    @property
    def is_good(self):
        return not self.losses and not self.damage

    def _rows(self, connection, promises):
        for (word,) in connection.execute("PRAGMA integrity_check"):
            if word != "ok":
                self.damage.append(f"integrity: {word}")
        for row in connection.execute("PRAGMA foreign_key_check"):
            self.damage.append(f"foreign key: {row}")
        good = {row[0] for row in connection.execute(
            "SELECT id, path, byte_count, sha256 FROM originals WHERE lost_at IS NULL") if self._holds(*row)}
        for row in connection.execute(
                "SELECT original_id, path, byte_count, sha256 FROM image_variants WHERE path IS NOT NULL"):
            self._holds(*row)
        self._promises(connection, promises, good)

    def _holds(self, owner, path, length, digest):
        self.files += 1
        try:
            with open(f"{self.storage}/{path}", "rb", buffering=0) as file:
                content = file.read()
        except OSError as error:
            self.damage.append(f"{path}: {error.strerror}")
            return False
        if len(content) == length and hashlib.sha256(content).digest() == digest:
            return True
        self.damage.append(f"{path}: {len(content)} bytes of other content")
        return False

    def _promises(self, connection, promises, good):
        rows = connection.execute(
            "SELECT images.id, originals.id, originals.sha256 FROM images JOIN originals ON originals.id = original_id")
        there = {image: (original, digest.hex()) for image, original, digest in rows}
        self.pictures = len(there)
        for image, sha256 in promises.stored.items():
            original, digest = there.get(image, (None, None))
            if original is None:
                self.losses.append(f"{image} has no row")
            elif digest != sha256:
                self.losses.append(f"{image} shows other bytes")
            elif original not in good:
                self.losses.append(f"{image} has no bytes")
        for image in promises.deleted & there.keys():
            self.losses.append(f"{image} is back after its deletion")

    def _strays(self, connection, leftovers):
        """Every file has a row, or a note by which the next start finds it. With `leftovers`, a server has been there
        and nothing is on its way any more."""
        notes = os.listdir(f"{self.storage}/tmp")
        noted = {note.split("@")[0].replace("~", "/") for note in notes if note.endswith(".kept")}
        known = {row[0] for row in connection.execute(
            "SELECT path FROM originals UNION SELECT path FROM image_variants WHERE path IS NOT NULL "
            "UNION SELECT path FROM blob_removals")}
        for folder, _, names in os.walk(f"{self.storage}/images"):
            for name in names:
                path = os.path.relpath(f"{folder}/{name}", self.storage)
                if path not in known and path not in noted:
                    self.damage.append(f"{path}: no row and no note knows it")
        if leftovers:
            self.damage += [f"tmp/{name}: left behind" for name in notes]
