"""A disk whose every write is recorded, and a clock that tells how far the records of all disks have come."""

import bisect
import os
import signal
import struct
import subprocess
import time

from . import disks
from .program import end_with_us


class RecordedDisk:
    """A file system on a loop device on a FUSE file of qemu-storage-daemon, which notes each write and flush."""

    def __init__(self, folder, name, kind, megabytes):
        self.kind = kind
        self.raw, self.log = f"{folder}/{name}.raw", f"{folder}/{name}.log"
        self.export, self.mount_point = f"{folder}/{name}.img", f"{folder}/{name}"
        for path in (self.raw, self.log, self.export):
            open(path, "wb").close()
        os.truncate(self.raw, megabytes << 20)
        os.makedirs(self.mount_point, exist_ok=True)
        self._start()

    def _start(self):
        self.daemon = subprocess.Popen([
            "qemu-storage-daemon",
            "--blockdev", f"driver=file,node-name=disk,filename={self.raw}",
            "--blockdev", f"driver=file,node-name=log,filename={self.log}",
            "--blockdev", "driver=blklogwrites,node-name=noted,file=disk,log=log,log-sector-size=512,"
                          "log-super-update-interval=1",
            "--export", f"type=fuse,id=e,node-name=noted,mountpoint={self.export},writable=on",
        ], preexec_fn=end_with_us)
        for _ in range(200):
            if os.stat(self.export).st_size:
                break
            time.sleep(0.05)
        # Not past the page cache: then what mkfs wrote could not be read back through the export.
        self.device, self.loop = disks.attach(self.export)
        disks.format_disk(self.device, self.kind)
        disks.mount(self.device, self.mount_point, self.kind)
        os.sync()

    def close(self):
        disks.unmount(self.mount_point)
        os.close(self.loop)
        time.sleep(0.3)
        self.daemon.terminate()
        self.daemon.wait()
        os.unlink(self.raw)


class Clock:
    """Moments, each as the lengths of all logs at one instant: cutting every log there is one power cut for all.

    A process of its own looks all the time, because the logs carry no time that would let them be merged later."""

    def __init__(self, logs, path):
        self.logs, self.path = logs, path
        self.child = os.fork()
        if self.child == 0:
            try:
                self._watch()
            finally:
                os._exit(0)

    def now(self):
        return tuple(os.stat(log).st_size for log in self.logs)

    def stop(self):
        os.kill(self.child, signal.SIGTERM)
        os.waitpid(self.child, 0)

    def _watch(self):
        ended = []
        signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
        last, parent = None, os.getppid()
        with open(self.path, "wb") as out:
            while not ended and os.getppid() == parent:
                seen = self.now()
                # Only what did not move while we looked was true at one instant.
                if seen != last and self.now() == seen:
                    out.write(struct.pack(f"<{len(seen)}Q", *seen))
                    last = seen


def all_moments(logs, path):
    """Every instant that is known to have been: each entry of a single log; of two, what the clock saw, and every
    entry of one log while the other stood still."""
    if len(logs) == 1:
        return [(entry.end,) for entry in logs[0].entries]
    seen, ends = _read(path, len(logs)), [[entry.end for entry in log.entries] for log in logs]
    moments = seen[:1]
    for before, after in zip(seen, seen[1:]):
        moved = [disk for disk in range(len(logs)) if before[disk] != after[disk]]
        if len(moved) == 1:
            moments += _between(before, after, moved[0], ends[moved[0]])
        moments.append(after)
    return moments


def _between(before, after, disk, ends):
    for index in range(bisect.bisect_right(ends, before[disk]), bisect.bisect_left(ends, after[disk])):
        yield (*before[:disk], ends[index], *before[disk + 1:])


def _read(path, count):
    with open(path, "rb") as source:
        return [struct.unpack(f"<{count}Q", piece) for piece in iter(lambda: source.read(8 * count), b"")]
