"""Uploads broken off at random points; nothing of them may stay."""

import concurrent.futures
import random
import socket
import struct
import time

from .client import BOUNDARY, Client, form, good_png
from .server import TOKEN


def broken_upload(port, dice, pictures):
    """Sends a random part of an upload and goes: with a reset, with an end, or half closed."""
    kind = dice.random()
    content = form("broken.png", dice.choice(pictures) + dice.randbytes(24))
    chunked = kind < 0.3
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}"
    head = (f"POST /api/images/upload HTTP/1.1\r\nHost: torture\r\nAuthorization: Bearer {TOKEN}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{length}\r\n\r\n").encode()
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts(content, 7000)) if chunked else content
    whole = head + body
    part = whole[:dice.randrange(1, len(whole))]
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(part)
            if dice.random() < 0.3:
                time.sleep(dice.random() * 0.05)
            way = dice.randrange(3)
            if way == 0:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif way == 1:
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(dice.random())
                try:
                    connection.recv(4096)
                except (TimeoutError, ConnectionError):
                    pass
    except OSError:
        pass


def parts(content, size):
    return [content[start:start + size] for start in range(0, len(content), size)]


def state(server, client):
    jobs = {name: len(client.json(f"/api/jobs?state={name}&limit=100")["jobs"]) for name in ("queued", "active")}
    return server.descriptors(), server.temporary_files(), jobs, server.status("Threads")


def settle(server, client, before):
    """Waits until what came with the uploads is gone, half a minute at most."""
    for _ in range(60):
        now = state(server, client)
        if now[0] == before[0] and now[1] == before[1] and now[2] == before[2]:
            break
        time.sleep(0.5)
    return now


def run(report, server, count, seed):
    client = Client(server.port)
    pictures = [good_png(20), good_png(21, side=900), good_png(22, side=60)]
    client.upload("warm.png", pictures[2] + b"warm")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: broken_upload(server.port, random.Random(f"{seed}warm{n}"), pictures), range(32)))
    # A half-closed upload is given up within the window of the least rate.
    time.sleep(18)
    before = state(server, client)
    images = len(client.json("/api/images?limit=100")["images"])
    memory = server.resident_mib()
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: broken_upload(server.port, random.Random(f"{seed}-{n}"), pictures), range(count)))
    took = time.monotonic() - start
    after = settle(server, client, before)
    report.say(f"      {count} uploads broken off in {took:.1f} s, seed {seed}; memory {memory:.0f} -> {server.resident_mib():.0f} MiB")
    report.check(after[0] == before[0], f"no descriptor leaked: {sum(before[0].values())} before, {sum(after[0].values())} after "
                 f"{difference(before[0], after[0])}")
    report.check(after[1] == before[1], f"no temporary file left: {len(after[1])} {after[1][:3] or ''}")
    report.check(after[2] == before[2], f"no job left: {after[2]}")
    report.check(after[3] <= before[3] + 2, f"threads: {before[3]} before, {after[3]} after")
    now = len(client.json("/api/images?limit=100")["images"])
    report.check(now == images, f"no picture came of them ({images} before, {now} after)")


def difference(before, after):
    return {kind: (before.get(kind, 0), after.get(kind, 0)) for kind in before | after
            if before.get(kind, 0) != after.get(kind, 0)} or ""
