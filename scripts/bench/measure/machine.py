"""What the numbers were measured on, and with."""

import datetime
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

from .place import BINARY, RESULTS, ROOT


def said(*command):
    """What a command prints on its first line; nothing where it is not installed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except FileNotFoundError:
        return "not installed"
    return ((done.stdout.strip() or done.stderr.strip()).splitlines() or [""])[0]


def field(path, name):
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.split(":", 1)[1].strip()
    return "unknown"


def machine():
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    RESULTS.mkdir(parents=True, exist_ok=True)
    disk = " ".join(said("findmnt", "-no", "FSTYPE,OPTIONS", "--target", str(RESULTS)).split())
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "processor": field("/proc/cpuinfo", "model name"), "cores": os.cpu_count(), "memory": f"{memory:.0f} GiB",
            "kernel": platform.release(), "system": said("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME"),
            "file system": disk, "disk": write_speed()}


TOUCH = """
import mmap, sys
size, step = int(sys.argv[1]), 1 << 20
with mmap.mmap(-1, size) as memory:
    for start in range(0, size - step, step):
        memory[start:start + step] = b"x" * step
"""


def touch_memory():
    """Writes to most of the free memory once and gives it back; returns the seconds that took.

    A virtual machine gets its memory from the host at the first touch, which can cost fifty times a copy: whoever comes first
    to fresh page cache would pay for it. In a process of its own, whose peak is not ours: children inherit it.
    """
    size = int(field("/proc/meminfo", "MemAvailable").split()[0]) * 1024 * 7 // 10
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", TOUCH, str(size)], check=True)
    return time.monotonic() - begin


def write_speed():
    """How long one fsync of 4 KiB takes in the folder of the measurements: the price of every durable commit."""
    path, took = RESULTS / "fsync-probe", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(50):
            begin = time.monotonic()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            took.append(time.monotonic() - begin)
    path.unlink()
    return f"write and fsync of 4 KiB: median {statistics.median(took) * 1000:.2f} ms, slowest of 50 {max(took) * 1000:.1f} ms"


def debian(package):
    return said("dpkg-query", "-W", "-f", "${Version}", package)


def versions():
    lines = subprocess.run([BINARY, "--version"], capture_output=True, text=True).stdout.splitlines()
    ours = {line.split(None, 1)[0]: line.split(None, 1)[1] for line in lines}
    # What the program is made of: words written meanwhile make no other version.
    source = ["--", "Package.swift", "Sources", "Web"]
    commit = said("git", "log", "-1", "--format=%h", *source)
    changed = " with changes" if said("git", "status", "--porcelain", "--untracked-files=no", *source) else ""
    binary = "" if "ARGENTUM_BIN" not in os.environ else ", measured program given by ARGENTUM_BIN"
    return {"argentum": f"{ours.pop('argentum', '?')}, commit {commit}{changed}{binary}",
            **ours, "libvips (Debian)": debian("libvips42"), "libaom (Debian)": debian("libaom3"),
            "libheif (Debian)": debian("libheif1"), "libwebp (Debian)": debian("libwebp7"),
            "nginx": debian("nginx-light"), "wrk": debian("wrk"),
            "thumbor": pip("thumbor"), "ssimulacra2": pip("ssimulacra2"), "pillow": pip("pillow")}


def pip(name):
    from importlib import metadata

    return metadata.version(name)


class Company:
    """Who else was at work while a part ran: processor time of the machine that was not ours, in cores."""

    def __init__(self):
        self.moment, (self.busy, self.stolen), self.ours = time.monotonic(), machine_cpu(), our_cpu()

    def told(self):
        seconds, (busy, stolen) = time.monotonic() - self.moment, machine_cpu()
        others = (busy - self.busy - (our_cpu() - self.ours)) / seconds
        return {"others": round(max(0.0, others), 2), "stolen": round((stolen - self.stolen) / seconds, 3)}


def machine_cpu():
    """Seconds that all cores worked since the machine began, and seconds that a host took away."""
    words = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    ticks = os.sysconf("SC_CLK_TCK")
    user, nice, system, _, _, interrupts, soft, stolen = words[:8]
    return (user + nice + system + interrupts + soft) / ticks, stolen / ticks


def our_cpu():
    """This process and all that it started and waited for, which at the end of a part is everything."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
