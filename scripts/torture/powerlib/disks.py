"""Loop devices and mounts by system call: starting a program for each would take longer than the check itself."""

import ctypes
import fcntl
import os
import struct
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
LOOP_CTL_GET_FREE, LOOP_CONFIGURE = 0x4C82, 0x4C0A
LO_FLAGS_AUTOCLEAR, BLKFLSBUF = 4, 0x1261
# lo_flags lies here in struct loop_config: fd, block_size, then loop_info64 with five 64 bit and four 32 bit numbers.
FLAGS_AT, CONFIG_SIZE = 8 + 5 * 8 + 3 * 4, 304


def attach(path):
    """A loop device over a file. It goes when the last user is gone and the returned descriptor is closed."""
    backing = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    config = bytearray(CONFIG_SIZE)
    struct.pack_into("<II", config, 0, backing, 512)
    struct.pack_into("<I", config, FLAGS_AT, LO_FLAGS_AUTOCLEAR)
    try:
        return _attach(config)
    finally:
        os.close(backing)


def _attach(config):
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    try:
        for _ in range(50):
            number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
            device = f"/dev/loop{number}"
            _make_node(device, number)
            loop = os.open(device, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(loop, LOOP_CONFIGURE, bytes(config))
                return device, loop
            except OSError:
                # Somebody else took this number between the two calls.
                os.close(loop)
                time.sleep(0.02)
        raise SystemExit("powercut: no loop device is to be had")
    finally:
        os.close(control)


def _make_node(device, number):
    if not os.path.exists(device):
        os.mknod(device, 0o660 | 0o060000, os.makedev(7, number))


def forget(loop):
    """Drops what the kernel remembers of a device whose file was changed behind its back."""
    fcntl.ioctl(loop, BLKFLSBUF)


def mount(device, folder, kind):
    """Throws OSError when the file system cannot be mounted."""
    # Several states of one disk are mounted side by side, which XFS would take for a mistake.
    options = b"nouuid" if kind == "xfs" else None
    if LIBC.mount(device.encode(), folder.encode(), kind.encode(), 0, options):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), device)


def unmount(folder, patience=10.0):
    end = time.monotonic() + patience
    while LIBC.umount2(folder.encode(), 0):
        if time.monotonic() > end:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
        time.sleep(0.01)


def format_disk(device, kind):
    # No lazy work left for later: it would fill the log with writes that are nobody's.
    options = {
        "ext4": ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", "-J", "size=4"],
        "xfs": ["-q", "-f", "-K", "-d", "agcount=2", "-l", "size=8m"],
    }[kind]
    # These three are how the makers of XFS ask for one that is smaller than people should have: each mount looks
    # through the whole log, and there are thousands.
    small = {"TEST_DIR": "x", "TEST_DEV": "x", "QA_CHECK_FS": "x"}
    subprocess.run([f"mkfs.{kind}", *options, device], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **small})


def make_hole(file, start, end):
    keep_size_punch_hole = 3
    LIBC.fallocate(file, keep_size_punch_hole, ctypes.c_long(start), ctypes.c_long(end - start))


def own_mounts():
    """From here on, this process's mounts are its own and go with it, however it ends."""
    clone_newns, ms_rec, ms_private = 0x20000, 0x4000, 1 << 18
    if LIBC.unshare(clone_newns) or LIBC.mount(b"none", b"/", None, ms_rec | ms_private, None):
        raise SystemExit("this bench needs root")
