"""Processor time per request of our server beside nginx: pictures, 304 and small JSON.

Both servers live on core 0 in turn, wrk on core 1. Requests per second swing with everything else on a machine;
processor time per request is what a server needs, so that is what is compared.
"""

import os

from measure import photos, waves, wrk
from measure.client import BEARER
from measure.nginx import Nginx
from measure.place import Folder, Trouble
from measure.server import Server

# Grain makes derived pictures large: with these, one thumbnail is near 6 KB and one large WebP near 300 KB.
GRAIN = [15, 45, 10, 50]


def run(sheet, short):
    if len(os.sched_getaffinity(0)) < 2:
        raise Trouble("this needs two cores: one for the server, one for wrk")
    seconds, rounds = (1, 3) if short else (4, 15)
    with Folder() as folder, Server(folder, core=0) as server:
        cases = Cases(server, GRAIN[:2] if short else GRAIN)
        with Nginx(folder / "nginx", cases.locations(), core=0) as nginx:
            for name, data in cases.files.items():
                (nginx.www / name).write_bytes(data)
            for case in cases.all():
                measure(sheet, server, nginx, *case, seconds, rounds)
    sheet.note(f"The thumbnail has {len(cases.thumbnail):,} bytes and the variant {len(cases.large):,}; status is "
               f"{len(cases.status):,} bytes of JSON, and nginx returns the same text.")


class Cases:
    """What is asked for on both sides."""

    def __init__(self, server, grains):
        client = server.client()
        images = []
        for grain in grains:
            images.append(client.upload(photos.grainy(photos.five_megapixels(), grain).read_bytes()))
            server.await_complete(images[-1])
        self.thumbnail_path, self.thumbnail = nearest(client, [f"/api/images/{i}/thumbnail" for i in images], 6_000)
        self.large_path, self.large = nearest(client, [f"/api/images/{i}/variants/large.webp" for i in images], 300_000)
        client.ask("GET", self.thumbnail_path)
        self.tag = client.answer.getheader("ETag")
        self.status_path = f"/api/images/{images[0]}/status"
        self.status = client.ask("GET", self.status_path)
        sign = client.json("POST", self.thumbnail_path.replace("/thumbnail", "/sign"), {"variant": "thumbnail"})
        self.signed_path = sign["url"]
        self.files = {"thumbnail.webp": self.thumbnail, "large.webp": self.large}

    def locations(self):
        quoted = self.status.decode().replace("\\", "\\\\").replace("'", "\\'").replace("$", "")
        return f"location = /status {{ default_type application/json; return 200 '{quoted}'; }}"

    def all(self):
        """Name, our path and headers, nginx's path, the status of ours, the bar."""
        known = {**BEARER, "If-None-Match": self.tag}
        yield "GET of a 6 KB thumbnail, token", self.thumbnail_path, BEARER, "/thumbnail.webp", 200, 0.70
        yield "GET of a 6 KB thumbnail, signed URL", self.signed_path, {}, "/thumbnail.webp", 200, 0.75
        yield "GET of a 300 KB variant, token", self.large_path, BEARER, "/large.webp", 200, 0.90
        yield "304 for a known thumbnail, token", self.thumbnail_path, known, "/status", 304, 0.5
        yield "Status as JSON, token", self.status_path, BEARER, "/status", 200, 0.5


def nearest(client, paths, size):
    found = [(path, client.ask("GET", path)) for path in paths]
    return min(found, key=lambda pair: abs(len(pair[1]) - size))


def measure(sheet, server, nginx, name, path, headers, plain, status, bar, seconds, rounds):
    client = server.client(headers={})
    ours_now = client.ask("GET", path, headers=headers, expect=(status,))
    theirs_now = nginx.ask("GET", plain)
    if status == 200 and len(ours_now) != len(theirs_now):
        raise Trouble(f"{name}: {len(ours_now)} bytes from us, {len(theirs_now)} from nginx")
    client.close()
    ours, theirs = [], []
    sides = [lambda: ours.append(price(server, path, seconds, headers, status)),
             lambda: theirs.append(price(nginx, plain, seconds, {}, 200, uses_waves=status == 304))]
    for turn in range(rounds):
        for side in sides if turn % 2 == 0 else reversed(sides):
            side()
    against = "nginx, `return 200`" if plain == "/status" else "nginx, the same file"
    sheet.ratio(f"{name}: CPU per request", against, "µs", ours, theirs, "theirs/ours", (">=", bar))


def price(server, path, seconds, headers, status, uses_waves=False):
    """Microseconds of processor per request, of all processes of the server."""
    before = server.cpu()
    if status == 304 or uses_waves:
        count = waves.load(server.port, path, seconds, headers, status)
    else:
        count = wrk.load(server.port, path, seconds, headers)
    return (server.cpu() - before) * 1e6 / count
