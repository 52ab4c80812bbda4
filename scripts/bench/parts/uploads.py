"""Uploads of JPEGs beside nginx taking PUT to the same disk, and how long acknowledgements take while pictures are made.

Ours is on the disk (fsync of the file, its folder and the database's log) before the answer; nginx never asks for that.
"""

import http.client
import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor

from measure import photos
from measure.client import Client, form, unique
from measure.nginx import Nginx
from measure.place import Folder, Trouble
from measure.server import Server
from measure.table import quantile

PUT = "location / { dav_methods PUT; create_full_put_path on; }"
NAMES = itertools.count()


def run(sheet, short):
    with Folder() as folder:
        # Without jobs: this is about taking pictures in. The backlog below is about both.
        with Server(folder / "ours", "--jobs", "none") as server, Nginx(folder / "nginx", PUT, workers=2) as nginx:
            for size, jpeg, count in (("1 MB", photos.one_megabyte(), 40), ("8 MB", photos.eight_megabytes(), 20)):
                rates(sheet, server, nginx, size, jpeg, count if not short else count // 4, 3 if short else 15)
        backlog(sheet, folder / "backlog", short)
    sheet.note("Four connections at once, one client program for both sides. nginx with two workers answers when the bytes are in "
               "the page cache; ours after fsync. The rates are with --jobs none, the acknowledgements with all jobs.")


def rates(sheet, server, nginx, size, jpeg, count, rounds):
    ours, again, theirs, flushed, times = [], [], [], [], {"new": [], "duplicate": [], "nginx": []}
    for turn in range(rounds):
        pictures = [unique(jpeg) for _ in range(count)]
        bodies = [form(picture) for picture in pictures]

        def take_ours():
            ours.append(rate(server.port, post, bodies, 201, times["new"]))
            again.append(rate(server.port, post, bodies, 200, times["duplicate"]))

        def take_theirs():
            theirs.append(rate(nginx.port, put, pictures, 201, times["nginx"]))
            flushed.append(count / (count / theirs[-1] + timed(os.sync) / 1000))

        sides = [take_ours, take_theirs]
        for side in sides if turn % 2 == 0 else reversed(sides):
            # What the other side left to be written shall not be waited for by this one.
            os.sync()
            side()
    sheet.ratio(f"Uploads/s of {size} JPEGs, new", "nginx PUT", "uploads/s", ours, theirs, "ours/theirs", (">=", 0.5))
    sheet.ratio(f"Uploads/s of {size} JPEGs, new", "nginx PUT and one `sync` a round", "uploads/s", ours, flushed, "ours/theirs")
    sheet.ratio(f"Uploads/s of {size} JPEGs, duplicate", "the same, new", "uploads/s", again, ours, "ours/theirs", (">=", 1))
    for name, samples in times.items():
        for statistic in ("p50", "p99"):
            sheet.value(f"Upload of a {size} JPEG, {name}", "ms", samples, statistic)


def rate(port, send, bodies, status, times):
    """Uploads per second over four connections."""
    shares = [bodies[first::4] for first in range(4)]
    begin = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(lambda share: send(port, share, status), shares))
    seconds = time.monotonic() - begin
    times.extend(moment for of_share in took for moment in of_share)
    return len(bodies) / seconds


def post(port, bodies, status):
    client = Client(port)
    took = [timed(lambda: client.send(body, (status,))) for body in bodies]
    client.close()
    return took


def put(port, pictures, status):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def send(picture):
        line.request("PUT", f"/{next(NAMES)}.jpg", picture)
        answer = line.getresponse()
        answer.read()
        if answer.status != status:
            raise Trouble(f"nginx answered a PUT with {answer.status}")

    took = [timed(lambda: send(picture)) for picture in pictures]
    line.close()
    return took


def timed(work):
    begin = time.monotonic()
    work()
    return (time.monotonic() - begin) * 1000


def backlog(sheet, folder, short):
    """The p99 of acknowledgements on an idle server, and on one whose codecs have hundreds of pictures before them."""
    count, rounds = (20, 1) if short else (200, 3)
    idle, busy, jpeg = [], [], photos.one_megabyte()
    for turn in range(rounds):
        with Server(folder / str(turn)) as server:
            client = server.client()
            client.json("POST", "/api/jobs/pause", {"kind": "generate-variants"}, (204,))
            idle.append(acknowledgement(client, jpeg, count))
            filler = photos.five_megapixels().read_bytes()
            for _ in range(count):
                client.upload(unique(filler))
            client.json("POST", "/api/jobs/resume", {"kind": "generate-variants"}, (204,))
            time.sleep(1)
            busy.append(acknowledgement(client, jpeg, count))
            require_backlog(client)
    sheet.ratio("p99 of the acknowledgement of a 1 MB upload under a full encode backlog", "the same, idle", "ms", busy, idle,
                "ours/theirs", ("<=", 3))


def acknowledgement(client, jpeg, count):
    bodies = [form(unique(jpeg)) for _ in range(count)]
    return quantile([timed(lambda: client.send(body, (201,))) for body in bodies], 0.99)


def require_backlog(client):
    kinds = client.json("GET", "/api/jobs/status")["kinds"]
    if not any(kind["counts"]["queued"] > 0 and kind["counts"]["active"] > 0 for kind in kinds):
        raise Trouble("the backlog was done before the measurement ended; its number would be one of an idle server")
