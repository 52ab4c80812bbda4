"""A process of its own: COUNT followers of `image-created` at PORT with TOKEN, until EVENTS events have been heard by all.

Prints "open", then one line per event: the moments at which the followers had it, on the machine's monotonic clock.
"""

import selectors
import socket
import sys
import time

COUNT, PORT, TOKEN, EVENTS = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
REQUEST = (f"GET /api/events?types=image-created HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n").encode()


def main():
    lines = [socket.create_connection(("127.0.0.1", PORT), 30) for _ in range(COUNT)]
    for line in lines:
        line.sendall(REQUEST)
    # The head and a comment that says that the stream is open.
    opened = [read_until(line, b": open") for line in lines]
    print("open" if all(answer.startswith(b"HTTP/1.1 200") for answer in opened) else "refused", flush=True)
    for moments in listen(lines):
        print(*moments, flush=True)


def read_until(line, mark):
    data = b""
    while mark not in data:
        piece = line.recv(4096)
        if not piece:
            return b""
        data += piece
    return data


def listen(lines):
    """Moments per event. An event counts as heard when its name has arrived."""
    selector, heard, moments = selectors.EpollSelector(), {}, [[] for _ in range(EVENTS)]
    for line in lines:
        selector.register(line, selectors.EVENT_READ)
        heard[line] = 0
    end = time.monotonic() + EVENTS + 30
    while min(heard.values()) < EVENTS and time.monotonic() < end:
        for key, _ in selector.select(1):
            for _ in range(key.fileobj.recv(65536).count(b"event: image-created")):
                moments[heard[key.fileobj]].append(time.monotonic())
                heard[key.fileobj] += 1
    return moments


main()
