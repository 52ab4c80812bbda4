"""Load for answers that wrk cannot read: it waits for a body where a 304 names the length of the one it stands for.

All connections ask, then all are listened to, and so on: as many requests are under way as with wrk.
"""

import os
import socket
import time

from .place import Trouble


def load(port, path, seconds, headers, status, connections=64, core=1):
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    lines = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(connections)]
    try:
        return count_waves(lines, request(path, headers), f"HTTP/1.1 {status} ".encode(), time.monotonic() + seconds)
    finally:
        os.sched_setaffinity(0, before)
        for line in lines:
            line.close()


def request(path, headers):
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{fields}\r\n".encode()


def count_waves(lines, text, beginning, end):
    count = 0
    while time.monotonic() < end:
        for line in lines:
            line.sendall(text)
        for line in lines:
            take_answer(line, beginning)
        count += len(lines)
    return count


def take_answer(line, beginning):
    data = line.recv(65536)
    while data and not is_whole(data):
        data += line.recv(65536)
    if not data.startswith(beginning):
        raise Trouble(f"the answer begins with {data[:60]!r}, not with {beginning!r}")


def is_whole(data):
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank or head.startswith(b"HTTP/1.1 304"):
        return bool(blank)
    fields = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(body) == int(fields[0].split(b":")[1])
