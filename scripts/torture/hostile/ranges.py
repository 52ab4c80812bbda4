"""Range headers made to cost much or to reach beyond a file."""

import concurrent.futures
import time

from .client import Client, good_png


def abuse(size):
    yield "5,000 ranges", "bytes=" + ",".join(["0-0"] * 2500), (200, 206, 416, 400, 431)
    yield "overlapping ranges", "bytes=" + ",".join(f"0-{size}" for _ in range(300)), (200, 206, 416)
    yield "many small ranges", "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 600, 2)), (200, 206, 416)
    yield "beyond the end", f"bytes={size}-", (416,)
    yield "far beyond the end", "bytes=99999999999999999999-", (200, 416)
    yield "beyond 64 bits", "bytes=0-99999999999999999999999", (200, 206)
    yield "backwards", "bytes=9-2", (200, 416)
    yield "negative", "bytes=--5", (200, 416)
    yield "nothing", "bytes=-", (200, 416)
    yield "the last none", "bytes=-0", (200, 416)
    yield "more than all", "bytes=-99999999999999", (200, 206)
    yield "another unit", "lines=0-5", (200, 416)
    yield "words", "bytes=a-b", (200, 416)
    yield "blanks", "bytes= 0 - 5 ", (200, 206, 416)
    yield "one byte", "bytes=0-0", (206,)


def run(report, port):
    client = Client(port)
    picture = good_png(77, side=700)
    _, _, body, _ = client.upload("ranges.png", picture)
    path = f"/api/images/{body['images'][0]['imageId']}/original"
    wrong, sent, slowest = [], 0, 0.0
    for name, value, allowed in abuse(len(picture)):
        start = time.monotonic()
        status, headers, content = client.ask("GET", path, headers={"Range": value})
        slowest = max(slowest, time.monotonic() - start)
        sent += 1
        if status not in allowed or len(content) > len(picture):
            wrong.append((name, status, len(content)))
        if status == 206 and content not in picture:
            wrong.append((name, "other bytes"))
    report.check(not wrong, f"{sent} abusive ranges: none answered with more than the file or other bytes {wrong or ''}")
    report.check(slowest < 1, f"the slowest took {slowest * 1000:.0f} ms")
    flood(report, port, path, len(picture))


def flood(report, port, path, size):
    """Many readers that each ask for a thousand ranges, beside one that asks for something small."""
    value = "bytes=" + ",".join(f"{i}-{i + 1}" for i in range(0, 3000, 3))

    def reader(_):
        client, total = Client(port), 0
        for _ in range(20):
            total += len(client.ask("GET", path, headers={"Range": value})[2])
        return total

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        total = sum(pool.map(reader, range(16)))
    took = time.monotonic() - start
    report.check(total <= 320 * size, f"320 requests of 1,000 ranges each: {total / 1e6:.0f} MB sent in {took:.1f} s, "
                 f"never more than the file ({size / 1e6:.1f} MB) each")
