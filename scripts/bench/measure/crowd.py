"""A library of a month's use: the server makes one picture itself, and its rows are copied as often as wanted.

So every column is as the program writes it; ids, hashes, paths and moments are each copy's own. Jobs and events
are there for the last seven of thirty days, as long as the program keeps them. The files of the copies are not there.
"""

import os
import sqlite3
import time

import psycopg
from psycopg import sql

from . import photos
from .server import Server

MONTH, WEEK = 30 * 86_400_000, 7 * 86_400_000
BATCH = 20_000
# Of how many copies the ids are handed out: too many for any cache of the server's.
KEPT = 20_000
TABLES = ["originals", "images", "image_variants", "image_metadata", "jobs", "events"]


def build(folder, count, *flags, url=None):
    """Makes the database in `folder`, or at `url`, and returns the ids of some of its images."""
    with Server(folder, *flags) as server:
        image = server.client().upload(photos.five_megapixels().read_bytes())
        server.await_complete(image)
    store = PostgresStore(url) if url else SQLiteStore(folder / "data/argentum.sqlite")
    ids = Crowd(store, image, count).fill()
    store.close()
    return ids


class SQLiteStore:
    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        # Nobody else has the file open, and a cut-off run throws it away: no journal, no waiting for the disk.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000", "foreign_keys = OFF"):
            self.database.execute(f"PRAGMA {setting}").fetchall()

    def columns(self, table):
        return [row[1] for row in self.database.execute(f"PRAGMA table_info({table})")]

    def rows(self, query):
        return self.database.execute(query).fetchall()

    def insert(self, table, names, rows):
        marks = ", ".join("?" * len(names))
        self.database.execute("BEGIN")
        self.database.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)
        self.database.execute("COMMIT")

    def run(self, statement):
        self.database.execute(statement)

    def close(self):
        self.database.execute("ANALYZE")
        self.database.execute("PRAGMA journal_mode = WAL").fetchall()
        self.database.close()


class PostgresStore:
    def __init__(self, url):
        self.database = psycopg.connect(url, autocommit=True)
        # The copies' foreign keys are right by construction.
        self.database.execute("SET session_replication_role = replica")

    def columns(self, table):
        rows = self.rows("SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND "
                         f"table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position")
        return [row[0] for row in rows]

    def rows(self, query):
        return self.database.execute(query).fetchall()

    def insert(self, table, names, rows):
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        with self.database.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)) as copy:
                for row in rows:
                    copy.write_row(row)

    def run(self, statement):
        self.database.execute(statement)

    def close(self):
        self.database.execute("VACUUM ANALYZE")
        self.database.close()


class Crowd:
    def __init__(self, store, image, count):
        self.store, self.count, self.image = store, count, image
        self.original = store.rows("SELECT original_id FROM images")[0][0]
        self.now = int(time.time() * 1000)
        self.columns = {table: self._columns(table) for table in TABLES}
        self.rows = {table: store.rows(f"SELECT {', '.join(names)} FROM {table}") for table, names in self.columns.items()}

    def _columns(self, table):
        return [name for name in self.store.columns(table) if (table, name) != ("events", "sequence")]

    def fill(self):
        kept = []
        for first in range(0, self.count, BATCH):
            moments = [self.now - MONTH + MONTH * index // self.count for index in range(first, min(first + BATCH, self.count))]
            copies = [Copy(moment) for moment in moments]
            for table in TABLES:
                self._insert(table, copies)
            kept += [copy.image for copy in copies[::max(1, self.count // KEPT)]]
        self._count_jobs()
        return kept

    def _insert(self, table, copies):
        if table in ("jobs", "events"):
            copies = [copy for copy in copies if copy.moment > self.now - WEEK]
        names = self.columns[table]
        changes = [self._changes(names, row) for row in self.rows[table]]
        rows = (change_all(row, change, copy) for copy in copies for row, change in zip(self.rows[table], changes))
        self.store.insert(table, names, rows)

    def _changes(self, names, row):
        """What to put into which column of a copy of this row."""
        found = []
        for place, (name, value) in enumerate(zip(names, row)):
            change = self._change(name, value)
            if change:
                found.append((place, change))
        return found

    def _change(self, name, value):
        if name == "sha256":
            return lambda copy: os.urandom(32)
        if name.endswith("_at") and value is not None:
            return lambda copy: copy.moment
        if name == "at":
            return lambda copy: copy.moment
        if value == self.original:
            return lambda copy: copy.original
        if value == self.image:
            return lambda copy: copy.image
        if name == "id":
            return lambda copy: identifier(copy.moment)
        if name == "path" and value:
            return lambda copy: copied_path(value, self.original, copy.original)
        if name == "data":
            return lambda copy: value.replace(self.image, copy.image)
        return None

    def _count_jobs(self):
        self.store.run("UPDATE job_totals SET number = (SELECT count(*) FROM jobs WHERE jobs.kind = job_totals.kind "
                       "AND jobs.state = job_totals.state)")


class Copy:
    def __init__(self, moment):
        self.moment, self.original, self.image = moment, identifier(moment), identifier(moment)


def identifier(moment):
    """A UUID of version 7."""
    head, tail = f"{moment:012x}", os.urandom(10).hex()
    return f"{head[:8]}-{head[8:]}-7{tail[:3]}-8{tail[3:6]}-{tail[6:18]}"


def copied_path(path, original, copy):
    """With its own one of the 256 folders, so that the index is as mixed as a real one."""
    return path.replace(original, copy).replace(f"/{path.split('/')[-2]}/", f"/{copy[-2:]}/")


def change_all(row, changes, copy):
    row = list(row)
    for place, change in changes:
        row[place] = change(copy)
    return row
