"""Bytes to a server and what came back, without a library that would mend them."""

import re
import socket
import time

HEAD = re.compile(rb"HTTP/1\.[01] (\d\d\d) ")


class Answer:
    def __init__(self, content, end):
        self.content, self.end = content, end

    @property
    def statuses(self):
        """The status of each answer; a body is stepped over by its announced length where that is possible."""
        found, rest = [], self.content
        while True:
            match = HEAD.match(rest)
            if not match:
                # What is left is no answer, unless one hides in it.
                return found + [int(more.group(1)) for more in HEAD.finditer(rest)]
            found.append(int(match.group(1)))
            head, _, body = rest.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            rest = body[int(length.group(1)):] if length else body

    @property
    def is_closed(self):
        return self.end in ("closed", "reset")


def talk(port, *pieces, wait=1.0, pause=0.05):
    """Sends the pieces with a pause between, then reads until the server closes or is silent for `wait` seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        content = b""
        try:
            for index, piece in enumerate(pieces):
                if index:
                    time.sleep(pause)
                connection.sendall(piece)
        except ConnectionError:
            pass
        connection.settimeout(wait)
        while True:
            try:
                more = connection.recv(1 << 16)
            except TimeoutError:
                return Answer(content, "open")
            except ConnectionError:
                return Answer(content, "reset")
            if not more:
                return Answer(content, "closed")
            content += more
