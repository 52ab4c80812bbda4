"""The reference recipe: recipe.c, compiled here, and what a run of it costs."""

import os
import shlex
import subprocess

from .place import RESULTS, ROOT, Folder, Trouble

PROGRAM = RESULTS / "recipe"


def build():
    RESULTS.mkdir(parents=True, exist_ok=True)
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "vips"], text=True)
    source = ROOT / "scripts/bench/recipe.c"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", PROGRAM, source, *shlex.split(flags)], check=True)


def cost(photo):
    """Processor seconds and peak MiB of one full set."""
    with Folder() as folder:
        process = subprocess.Popen([PROGRAM, "set", photo, folder])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        made = len(list(folder.iterdir()))
    if process.returncode != 0 or made != 7:
        raise Trouble(f"the reference recipe made {made} of 7 pictures of {photo} and ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def plain(photo, width, out):
    """The photo as small as `width`, without loss."""
    subprocess.run([PROGRAM, "plain", photo, str(width), out], check=True)
