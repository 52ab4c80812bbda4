"""One kind of power cut: record, cut at random, check each state."""

import collections
import os
import random
import shutil
import sqlite3
import subprocess
import time
from multiprocessing import get_context

from . import disks, workload
from .blocklog import BlockLog
from .check import Check
from .program import Server, binary, environment
from .recording import Clock, RecordedDisk, all_moments
from .states import BLOCK, SECTOR, CutDisk

# In MiB.
SIZES = {"ext4": 96, "xfs": 96}
NAMES = {"same": ["pictures"], "other": ["pictures", "rows"]}


def settings_for(place, folders):
    """The database is where it is most likely to be wrong: on another disk, or on the same."""
    data = f"{folders[-1]}/argentum/data"
    if place == "same":
        return ["--data", data], f"{data}/argentum.sqlite", data
    storage = f"{folders[0]}/pictures"
    return (["--data", data, "--database", f"sqlite:{folders[1]}/rows.sqlite", "--storage", f"file://{storage}"],
            f"{folders[1]}/rows.sqlite", storage)


class Result:
    def __init__(self):
        self.cuts = self.samples = self.torn = self.unmountable = self.lost = self.broken = self.refused = 0
        self.promised = self.unflushed = 0
        self.slowest_start = self.seconds = 0.0
        self.examples = []

    @property
    def bad(self):
        return self.unmountable + self.lost + self.broken + self.refused

    def add(self, other):
        for name in ("cuts", "samples", "torn", "unmountable", "lost", "broken", "refused", "promised", "unflushed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest_start = max(self.slowest_start, other.slowest_start)
        self.examples = (self.examples + other.examples)[:5]


class Bench:
    def __init__(self, folder, kind, place, work, given):
        self.folder, self.kind, self.place, self.work, self.given = folder, kind, place, work, given
        self.names = NAMES[place]
        self.logs = [f"{folder}/{name}.log" for name in self.names]
        self.notes, self.moments = f"{folder}/notes", f"{folder}/moments"

    def run(self):
        start = time.monotonic()
        self.record()
        recorded = time.monotonic() - start
        result = self.replay()
        self._tell(result, recorded)
        shutil.rmtree(self.folder)
        return result

    def record(self):
        recorded = [RecordedDisk(self.folder, name, self.kind, SIZES[self.kind]) for name in self.names]
        clock = Clock(self.logs, self.moments)
        settings, _, _ = settings_for(self.place, [disk.mount_point for disk in recorded])
        server = Server(settings, f"{self.folder}/server.err")
        try:
            notes = workload.Notes(self.notes, clock)
            workload.run(server, notes, self.work, self.given.uploads, self.given.seed)
            notes.close()
        finally:
            server.stop()
            clock.stop()
            for disk in recorded:
                disk.close()

    def replay(self):
        cuts = self._choose()
        shares = [cuts[number::self.given.workers] for number in range(self.given.workers)]
        start, total = time.monotonic(), Result()
        with get_context("fork").Pool(self.given.workers) as pool:
            for part in pool.imap_unordered(self._check_share, list(enumerate(shares))):
                total.add(part)
        total.seconds = time.monotonic() - start
        return total

    def _choose(self):
        """Cuts in order: (moment, number). All lie behind the first answer that counts."""
        notes = workload.read_notes(self.notes)
        counted = [note for note in notes if note["what"] != "stored"] if self.work == "delete" else notes
        first = min(tuple(note["at"]) for note in counted)
        moments = all_moments([BlockLog(log) for log in self.logs], self.moments)
        moments = [moment for moment in moments if all(at >= least for at, least in zip(moment, first))]
        self.moment_count = len(moments)
        rng = random.Random(f"{self.given.seed}/{self.kind}/{self.place}/{self.work}")
        chosen = sorted(rng.choice(moments) for _ in range(self.given.cuts))
        every = max(1, len(chosen) // self.given.samples) if self.given.samples else 0
        return [(moment, number, bool(every) and number % every == every // 2)
                for number, moment in enumerate(chosen)]

    def _check_share(self, share):
        number, cuts = share
        worker = Worker(self, number)
        try:
            for moment, index, is_sample in cuts:
                worker.check(moment, index, is_sample)
        finally:
            worker.close()
        return worker.result

    def _tell(self, result, recorded):
        rate = result.cuts / result.seconds if result.seconds else 0
        print(f"{self.kind:4} {self.place:5} {self.work:6} cuts={result.cuts} lost={result.lost} "
              f"broken={result.broken} unmountable={result.unmountable} torn-metadata={result.torn} server-samples={result.samples} "
              f"refused={result.refused} slowest-start={result.slowest_start:.2f}s moments={self.moment_count} "
              f"promises-held/cut={result.promised / max(1, result.cuts):.0f} "
              f"unflushed-writes/cut={result.unflushed / max(1, result.cuts):.1f} "
              f"record={recorded:.0f}s {rate:.1f} cuts/s", flush=True)
        for example in result.examples:
            print("    " + example, flush=True)


class Worker:
    """Checks its share of the cuts on disks and mount points of its own."""

    def __init__(self, bench, number):
        self.bench, self.result = bench, Result()
        self.notes = workload.read_notes(bench.notes)
        size = SIZES[bench.kind] << 20
        self.places = [f"{bench.folder}/m{number}-{name}" for name in bench.names]
        self.disks = [CutDisk(BlockLog(log), size, f"{place}.img") for log, place in zip(bench.logs, self.places)]
        self.loops = []
        for disk, place in zip(self.disks, self.places):
            os.makedirs(place, exist_ok=True)
            self.loops.append(disks.attach(disk.path))
        self.settings, self.database, self.storage = settings_for(bench.place, self.places)
        self.log = f"{bench.folder}/m{number}.err"

    def check(self, moment, index, is_sample):
        self.result.cuts += 1
        self._make_state(moment, index, SECTOR)
        if not self._mount(moment, index) and not self._mount_untorn(moment, index):
            return
        try:
            promises = workload.Promises(self.notes, moment)
            self.result.promised += len(promises.stored) + len(promises.deleted)
            if is_sample:
                self._serve(moment, index)
            self._count(Check(self.database, self.storage).run(promises, leftovers=is_sample), moment, index)
        finally:
            for place in self.places:
                disks.unmount(place)

    def _mount_untorn(self, moment, index):
        """XFS compares the number in a metadata block's head with its log, and trusts a block of 4 KiB that has the new
        head and the old rest: it relies on disks that write so much whole, as all do that are built today. The same
        cut on such a disk is what counts then; how often it was needed is told."""
        self._make_state(moment, index, BLOCK)
        if not self._mount(moment, index):
            return False
        self.result.unmountable -= 1
        self.result.torn += 1
        return True

    def _make_state(self, moment, index, grain):
        rng = random.Random(f"{self.bench.given.seed}/{index}")
        for disk, length, (_, loop) in zip(self.disks, moment, self.loops):
            disks.forget(loop)
            disk.grain = grain
            disk.cut(length, rng)
            disks.forget(loop)
            self.result.unflushed += disk.index_at(length) - disk.reached if grain == SECTOR else 0

    def _mount(self, moment, index):
        for count, ((device, _), place) in enumerate(zip(self.loops, self.places)):
            try:
                disks.mount(device, place, self.bench.kind)
            except OSError as error:
                self.result.unmountable += 1
                self._example(moment, index, str(error))
                for mounted in self.places[:count]:
                    disks.unmount(mounted)
                return False
        return True

    def _serve(self, moment, index):
        """The server starts on the state, ends its queued work, and the verification finds nothing."""
        self.result.samples += 1
        try:
            server = Server(self.settings, self.log)
            self.result.slowest_start = max(self.result.slowest_start, server.took)
            self._await_jobs()
            code = server.stop()
            verified = subprocess.run([binary(), "verify", *self.settings], capture_output=True, text=True,
                                      env=environment())
        except (RuntimeError, sqlite3.Error) as error:
            code, verified = str(error), None
        if code != 0 or verified is None or verified.returncode != 0:
            self.result.refused += 1
            self._example(moment, index, f"server: {code}; verify: {verified and verified.stdout[-300:]}")

    def _await_jobs(self, patience=60.0):
        end = time.monotonic() + patience
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            while time.monotonic() < end:
                states = collections.Counter(row[0] for row in connection.execute("SELECT state FROM jobs"))
                waits = connection.execute("SELECT count(*) FROM blob_removals").fetchone()[0]
                if not states["queued"] and not states["active"] and not waits:
                    if states["failed"]:
                        raise RuntimeError(f"{states['failed']} jobs failed")
                    return
                time.sleep(0.05)
            raise RuntimeError(f"work is left after {patience} s: {dict(states)}, {waits} removals")
        finally:
            connection.close()

    def _count(self, check, moment, index):
        if check.losses:
            self.result.lost += 1
        elif check.damage:
            self.result.broken += 1
        if not check.is_good:
            self._example(moment, index, "; ".join((check.losses + check.damage)[:3]))

    def _example(self, moment, index, text):
        if len(self.result.examples) < 5:
            self.result.examples.append(f"cut {index} at {moment}: {text}")

    def close(self):
        for (_, loop), disk in zip(self.loops, self.disks):
            os.close(loop)
            disk.close()
