"""Reads the log that QEMU's blklogwrites driver keeps: every write and flush of a disk, in order."""

import os
import struct

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4
SECTOR = 512


class Entry:
    __slots__ = ("start", "length", "flags", "data", "end")

    def __init__(self, start, length, flags, data, end):
        self.start, self.length, self.flags = start, length, flags
        # Where its bytes lie in the log, and where the entry ends there.
        self.data, self.end = data, end

    @property
    def is_flush(self):
        return bool(self.flags & FLUSH)

    @property
    def writes(self):
        return self.length > 0 and not self.flags & DISCARD


class BlockLog:
    def __init__(self, path):
        self.file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        if struct.unpack("<Q", os.pread(self.file, 8, 0))[0] != MAGIC:
            raise SystemExit(f"{path} is no log of block writes")
        self.entries = list(self._read())

    def _read(self):
        size, offset = os.fstat(self.file).st_size, SECTOR
        while offset + SECTOR <= size:
            sector, count, flags, _ = struct.unpack("<QQQQ", os.pread(self.file, 32, offset))
            if not (sector or count or flags):
                return
            data = offset + SECTOR
            offset = data + (0 if flags & DISCARD else count * SECTOR)
            yield Entry(sector * SECTOR, count * SECTOR, flags, data, offset)

    def bytes_of(self, entry, length=None):
        return os.pread(self.file, entry.length if length is None else length, entry.data)
