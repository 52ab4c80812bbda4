"""Lists, look-ups, status and start-up beside a million images, and beside a thousand."""

import itertools
import random
import shutil
import statistics
import time

from measure import crowd, photos
from measure.client import form
from measure.place import Folder, Trouble
from measure.postgres import Postgres
from measure.server import Server
from measure.table import quantile

FEW = 1000


def run(sheet, short):
    many = 20_000 if short else 1_000_000
    with Folder() as folder:
        on_sqlite(sheet, folder, many, short)
        shutil.rmtree(folder / "many")
        with Postgres() as one, Postgres() as other:
            on_postgres(sheet, folder, many, (one.url, other.url), short)
    if short:
        sheet.note(f"The short form has {many:,} images, not 1,000,000.")


def on_sqlite(sheet, folder, many, short):
    few_ids = crowd.build(folder / "few", FEW)
    begin = time.monotonic()
    many_ids = crowd.build(folder / "many", many)
    size = (folder / "many/data/argentum.sqlite").stat().st_size / 1e6
    sheet.note(f"{many:,} images: a database of {size:,.0f} MB, filled in {time.monotonic() - begin:.0f} s.")
    starts(sheet, folder, many, 3 if short else 10)
    with Server(folder / "few") as small, Server(folder / "many") as large:
        compare(sheet, Asker(small, few_ids), Asker(large, many_ids), "", many, 3 if short else 15)


def on_postgres(sheet, folder, many, urls, short):
    few, large = [["--database", url] for url in urls]
    few_ids = crowd.build(folder / "few-postgres", FEW, *few, url=urls[0])
    begin = time.monotonic()
    many_ids = crowd.build(folder / "many-postgres", many, *large, url=urls[1])
    sheet.note(f"{many:,} images on PostgreSQL: filled in {time.monotonic() - begin:.0f} s.")
    with Server(folder / "few-postgres", *few) as small, Server(folder / "many-postgres", *large) as crowded:
        compare(sheet, Asker(small, few_ids), Asker(crowded, many_ids), " on PostgreSQL", many, 3 if short else 15)


def starts(sheet, folder, many, count):
    took = {"few": [], "many": []}
    for turn in range(count):
        for name in ("few", "many") if turn % 2 == 0 else ("many", "few"):
            with Server(folder / name) as server:
                took[name].append(server.start_seconds)
    sheet.value(f"Start-up with {many:,} images, until /readyz answers 200", "s", took["many"], "max", ("<=", 2))
    sheet.ratio(f"Start-up with {many:,} images", "the same with 1,000", "s", took["many"], took["few"], "ours/theirs")
    sheet.note("The database was in the page cache at each start.")


def compare(sheet, small, large, where, many, rounds):
    for name, call, count in (("First page of the list", "page", 40), ("Later pages", "later_page", 40),
                              ("Status of an image", "status", 200), ("Dedup look-up (upload of a known picture)", "duplicate", 40)):
        few, crowded, everything = [], [], []
        for turn in range(rounds):
            sides = [(small, few), (large, crowded)]
            for asker, medians in sides if turn % 2 == 0 else reversed(sides):
                took = [timed(getattr(asker, call)) for _ in range(count)]
                medians.append(statistics.median(took))
                everything += took if asker is large else []
        sheet.ratio(f"{name}{where}, {many:,} images", "the same with 1,000", "ms", crowded, few, "ours/theirs", ("<=", 2))
        bar = ("<=", 10) if where or "page" in call else None
        sheet.value(f"{name}{where}, {many:,} images", "ms", everything, "p99", bar)


def timed(call):
    begin = time.monotonic()
    call()
    return (time.monotonic() - begin) * 1000


class Asker:
    """One client of one of the two servers."""

    def __init__(self, server, ids):
        self.client, self.ids, self.chance = server.client(), ids, random.Random(7)
        self.known = form(photos.png(64, 48, 99), "known.png")
        self.client.send(self.known, (201,))
        self.cursors = itertools.cycle(self._cursors(12))

    def _cursors(self, count):
        """Where the first dozen pages end."""
        found, after = [], ""
        for _ in range(count):
            after = self.client.json("GET", f"/api/images?limit=50{after and '&cursor=' + after}")["next"]
            if after is None:
                break
            found.append(after)
        return found

    def page(self):
        self._check(self.client.json("GET", "/api/images?limit=50"))

    def later_page(self):
        self._check(self.client.json("GET", f"/api/images?limit=50&cursor={next(self.cursors)}"))

    def _check(self, page):
        if len(page["images"]) != 50 or page["images"][-1]["status"] != "completed":
            raise Trouble(f"a page of {len(page['images'])} images, the last of status {page['images'][-1:]}")

    def status(self):
        answer = self.client.status(self.chance.choice(self.ids))
        if answer["status"] != "completed":
            raise Trouble(f"a copied image is {answer['status']}: the copies are not as the program makes them")

    def duplicate(self):
        self.client.send(self.known, (200,))
