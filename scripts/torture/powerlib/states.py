"""The states in which a power cut can leave a disk."""

import bisect
import mmap
import os

from . import disks

CHUNK = 1 << 16
SECTOR, BLOCK = 512, 4096


class CutDisk:
    """Builds crash states of one recorded disk, for cuts that come in order.

    A disk keeps what it wrote before the last flush. Of what came later, each write is there (half of them), was torn
    at some sector (a tenth) or is missing; a write that asked for durability (FUA) is there."""

    # What a disk writes whole or not at all.
    grain = SECTOR

    def __init__(self, log, size, path):
        self.log, self.size, self.path = log, size, path
        self.ends = [entry.end for entry in log.entries]
        # What is on the disk for good before the last flush, and which parts of it are not empty.
        self.base, self.used, self.reached = mmap.mmap(-1, size), set(), 0
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        os.ftruncate(self.file, size)

    def index_at(self, length):
        """How many entries were complete when the log had this length."""
        return bisect.bisect_right(self.ends, length)

    def cut(self, length, rng):
        """Puts a state into the file."""
        end = self.index_at(length)
        flush = self._last_flush(end)
        self._advance(flush)
        self._restore()
        for entry in self.log.entries[flush:end]:
            if entry.writes:
                self._maybe_write(entry, rng)

    def _last_flush(self, end):
        for index in range(end, self.reached, -1):
            if self.log.entries[index - 1].is_flush:
                return index
        return self.reached

    def _advance(self, index):
        for entry in self.log.entries[self.reached:index]:
            if entry.writes:
                self._apply(entry)
        self.reached = index

    def _apply(self, entry):
        data = self.log.bytes_of(entry)
        chunks = range(entry.start // CHUNK, (entry.start + entry.length - 1) // CHUNK + 1)
        if data.count(0) == len(data) and self.used.isdisjoint(chunks):
            return
        self.base[entry.start:entry.start + entry.length] = data
        self.used.update(chunks)

    def _restore(self):
        """The check has written to the file: all of it is put back."""
        view, last = memoryview(self.base), 0
        for start, end in _runs(sorted(self.used)):
            disks.make_hole(self.file, last * CHUNK, start * CHUNK)
            os.pwrite(self.file, view[start * CHUNK:end * CHUNK], start * CHUNK)
            last = end
        disks.make_hole(self.file, last * CHUNK, self.size)
        view.release()

    def _maybe_write(self, entry, rng):
        length, dice = entry.length, rng.random()
        if not entry.flags & 2:
            if dice < 0.4:
                return
            if dice < 0.5:
                length = rng.randrange(length // SECTOR + 1) * SECTOR
                # From the start of the disk, not of the write.
                length = max(0, (entry.start + length) // self.grain * self.grain - entry.start)
        os.pwrite(self.file, self.log.bytes_of(entry, length), entry.start)

    def close(self):
        os.close(self.file)
        os.unlink(self.path)
        self.base.close()


def _runs(numbers):
    start = previous = None
    for number in numbers:
        if previous is not None and number == previous + 1:
            previous = number
            continue
        if start is not None:
            yield start, previous + 1
        start = previous = number
    if start is not None:
        yield start, previous + 1
