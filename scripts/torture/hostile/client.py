"""An HTTP client that keeps its connection, uploads, and good pictures to upload."""

import http.client
import json
import random
import struct
import time
import zlib

from .server import TOKEN

AUTHORIZATION = {"Authorization": "Bearer " + TOKEN}
BOUNDARY = "torture-boundary-7f3a"


class Client:
    """One connection; made anew when the server has closed it."""

    def __init__(self, port, timeout=60):
        self.port, self.timeout, self.connection = port, timeout, None

    def ask(self, method, path, body=None, headers=None):
        """Status, headers, body. A closed connection is tried once more, as browsers do."""
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            try:
                self.connection.request(method, path, body, {**AUTHORIZATION, **(headers or {})})
                answer = self.connection.getresponse()
                content = answer.read()
                if answer.will_close:
                    self.close()
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, content
            except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError

    def json(self, path):
        status, _, body = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {body[:200]}")
        return json.loads(body)

    def upload(self, name, content, timed=None, fields=()):
        """Status, headers, parsed body, seconds."""
        body = form(name, content, fields)
        start = time.monotonic()
        status, headers, answer = self.ask(
            "POST", "/api/images/upload", body, {"Content-Type": "multipart/form-data; boundary=" + BOUNDARY})
        seconds = time.monotonic() - start
        try:
            parsed = json.loads(answer)
        except ValueError:
            parsed = None
        return status, headers, parsed, seconds

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def form(name, content, fields=()):
    safe = name.replace('"', "_").replace("\r", "_").replace("\n", "_")
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="images"; filename="{safe}"\r\n\r\n'.encode()
    return b"".join(parts) + head + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def good_png(seed, side=320):
    """A small honest picture, another one for each seed."""
    dice = random.Random(seed)
    rows = b"".join(
        b"\0" + bytes((x * 3 + y + shift) & 255 for x in range(side) for shift in (dice.randrange(9), 80, 160))
        for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"n\0%d" % seed)
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def variations(png):
    """The same picture with another comment each time: other bytes, so never a duplicate, and cheap to make."""
    head, tail = png[:33], png[33:]
    number = 0
    while True:
        number += 1
        yield head + chunk(b"tEXt", b"k\0%d-%d" % (number, random.getrandbits(48))) + tail


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def summary(values):
    return (f"n={len(values)} p50={percentile(values, .5) * 1000:.1f} ms p90={percentile(values, .9) * 1000:.1f} ms "
            f"p99={percentile(values, .99) * 1000:.1f} ms max={max(values, default=0) * 1000:.1f} ms")
