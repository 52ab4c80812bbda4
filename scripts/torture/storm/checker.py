"""Checks an installation without the program: reads its SQLite file and hashes its files."""
import collections
import hashlib
import os
import sqlite3
import time

SIZES = [f"{size}.{kind}" for size in ("small", "medium", "large") for kind in ("webp", "avif")]
REQUIRED = sorted(["thumbnail", *SIZES])


class Store:
    # Between two looks at something that is waited for.
    pause = 0.05

    def __init__(self, folder, database=None, storage=None):
        self.database = database or os.path.join(folder, "argentum.sqlite")
        self.storage = storage or folder

    def rows(self, text, *values):
        with self.connect() as line:
            return line.execute(text, values).fetchall()

    def connect(self):
        line = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        return _Closing(line)

    def is_writable(self):
        """Whether nobody sits in a transaction that writes."""
        line = sqlite3.connect(self.database, timeout=0.5, isolation_level=None)
        try:
            line.execute("BEGIN IMMEDIATE")
            line.execute("ROLLBACK")
            return True
        except sqlite3.OperationalError:
            return False
        finally:
            line.close()

    def file_sha(self, path):
        with open(os.path.join(self.storage, path), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    # What must hold at any moment, also while the server works.

    def image_hashes(self):
        """Image id to the SHA-256 of the bytes that are really there; None where there are none."""
        rows = self.rows("SELECT i.id, o.path FROM images i JOIN originals o ON o.id = i.original_id")
        known = {}
        result = {}
        for image, path in rows:
            if path not in known:
                try:
                    known[path] = self.file_sha(path).hex()
                except FileNotFoundError:
                    known[path] = None
            result[image] = known[path]
        return result

    def unfinished_jobs(self):
        return self.rows("SELECT count(*) FROM jobs WHERE state IN ('queued', 'active')")[0][0]

    def integrity(self):
        found = [row[0] for row in self.rows("PRAGMA integrity_check")]
        found += [str(row) for row in self.rows("PRAGMA foreign_key_check")]
        return [] if found == ["ok"] else found

    def temporary(self):
        """Names and ages in seconds of what lies in tmp."""
        folder = os.path.join(self.storage, "tmp")
        now = time.time()
        result = []
        for name in os.listdir(folder):
            try:
                result.append((name, now - os.stat(os.path.join(folder, name)).st_mtime))
            except FileNotFoundError:
                continue
        return result

    # What must hold when nothing is going on.

    def await_quiet(self, limit):
        """Waits until every job has ended and every removal is done. Returns the seconds, or None when it never was."""
        begin = time.monotonic()
        while time.monotonic() - begin < limit:
            busy = self.rows(
                "SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'active')), count(*) FROM blob_removals")
            if busy[0] == (0, 0):
                return time.monotonic() - begin
            time.sleep(self.pause)
        return None

    def findings(self, tmp_older_than=3600):
        """Everything that is not as it must be, as sentences."""
        return [
            *self.integrity(), *self._doubled(), *self._files(), *self._incomplete(), *self._unnoted(),
            *(f"tmp/{name} is {age:.0f} s old" for name, age in self.temporary() if age > tmp_older_than),
        ]

    def _doubled(self):
        found = [
            f"{number} originals of {sha.hex()}" for sha, number in
            self.rows("SELECT sha256, count(*) FROM originals GROUP BY sha256 HAVING count(*) > 1")]
        found += [
            f"variant {name} of {original} is there {number} times" for original, name, number in self.rows(
                "SELECT original_id, name, count(*) FROM image_variants GROUP BY 1, 2 HAVING count(*) > 1")]
        found += [
            f"original {original} has no image" for original, in self.rows(
                "SELECT id FROM originals WHERE id NOT IN (SELECT original_id FROM images)")]
        for kind in ("image-created", "image-deleted"):
            found += [
                f"{number} events {kind} for {image}" for image, number in self.rows(
                    "SELECT subject_id, count(*) FROM events WHERE type = ? GROUP BY 1 HAVING count(*) > 1", kind)]
        found += [
            f"job {job} completed {number} times" for job, number in self.rows(
                "SELECT json_extract(data, '$.jobId'), count(*) FROM events WHERE type = 'job-completed' "
                "GROUP BY 1 HAVING count(*) > 1")]
        return found

    def _files(self):
        """Every row's file has its hash and length, and every file its row."""
        found = []
        rows = self.rows("SELECT path, sha256, byte_count FROM originals WHERE lost_at IS NULL")
        rows += self.rows("SELECT path, sha256, byte_count FROM image_variants WHERE path IS NOT NULL")
        for path, sha, count in rows:
            try:
                if os.path.getsize(os.path.join(self.storage, path)) != count or self.file_sha(path) != sha:
                    found.append(f"{path} has other bytes than recorded")
            except FileNotFoundError:
                found.append(f"{path} is missing")
        for name, sha, content in self.rows(
                "SELECT name, sha256, content FROM image_variants WHERE content IS NOT NULL"):
            if hashlib.sha256(content).digest() != sha:
                found.append(f"a {name} in a row has other bytes than recorded")
        return found + self._strays({row[0] for row in rows})

    def _strays(self, known):
        noted = {name.split("@")[0].replace("~", "/") for name, _ in self.temporary() if name.endswith(".kept")}
        found = []
        for folder, _, names in os.walk(os.path.join(self.storage, "images")):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.storage)
                if path not in known and path not in noted:
                    found.append(f"{path} belongs to no row")
        return found

    def _incomplete(self):
        """Every image whose work was not refused has all its outcomes."""
        made = collections.defaultdict(list)
        for original, name in self.rows("SELECT original_id, name FROM image_variants ORDER BY name"):
            made[original].append(name)
        found = []
        ended = {row[0] for row in self.rows(
            "SELECT subject FROM jobs WHERE kind = 'generate-variants' AND state IN ('failed', 'cancelled')")}
        for image, original in self.rows("SELECT id, original_id FROM images"):
            if made[original] != REQUIRED and image not in ended:
                found.append(f"image {image} has only {made[original]}")
        return found

    def _unnoted(self):
        """An incomplete original without a note would be in no list of failed pictures."""
        return [f"original {original} has {count} outcomes and no note of it" for original, count in self.rows(
            "SELECT o.id, (SELECT count(*) FROM image_variants v WHERE v.original_id = o.id) FROM originals o "
            "WHERE o.id NOT IN (SELECT original_id FROM unfinished_originals)") if count != len(REQUIRED)]

    def job_outcomes(self):
        """How many jobs ended how, for the record."""
        return {
            " ".join(filter(None, (state, code))): number for state, code, number in self.rows(
                "SELECT state, CASE state WHEN 'completed' THEN '' ELSE error_code END, count(*) "
                "FROM jobs GROUP BY 1, 2")}


class _Closing:
    def __init__(self, line):
        self.line = line

    def __enter__(self):
        return self.line

    def __exit__(self, *_):
        self.line.close()
