"""How long an event takes to reach a thousand followers of the stream."""

import pathlib
import resource
import subprocess
import sys
import time

from measure import photos
from measure.client import TOKEN
from measure.place import Folder, Trouble
from measure.server import Server

FOLLOWERS = 1000


def run(sheet, short):
    raise_limit()
    with Folder() as folder, Server(folder) as server:
        delays = follow(server, 5 if short else 60)
    sheet.value(f"Event from commit to {FOLLOWERS:,} SSE clients", "ms", delays, "p99", ("<=", 200))
    sheet.value("The same, in the middle", "ms", delays, "p50")
    sheet.note("Counted from the moment the upload that causes the event is sent, so the upload itself and its commit are in it; "
               "the followers are one Python process on the same machine, and its reading is in it too.")


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def follow(server, events):
    """Milliseconds of every delivery."""
    script = pathlib.Path(__file__).with_name("followers.py")
    process = subprocess.Popen([sys.executable, script, str(FOLLOWERS), str(server.port), TOKEN, str(events)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout.readline().strip() != "open":
            raise Trouble("not all followers got their stream")
        sent = cause(server, events)
        heard = [[float(word) for word in process.stdout.readline().split()] for _ in range(events)]
    finally:
        process.kill()
        process.wait()
    if any(len(moments) != FOLLOWERS for moments in heard):
        raise Trouble(f"deliveries per event: {sorted({len(moments) for moments in heard})}")
    return [(moment - begin) * 1000 for begin, moments in zip(sent, heard) for moment in moments]


def cause(server, events):
    client, sent = server.client(), []
    for seed in range(events):
        picture = photos.png(64, 48, seed)
        sent.append(time.monotonic())
        client.upload(picture, "event.png")
        time.sleep(0.5)
    return sent
