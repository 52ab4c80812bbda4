"""A client on one kept-alive connection that takes no error for a measurement."""

import http.client
import json
import os

from .place import Trouble

TOKEN = "bench-bench-bench-bench-token"
BEARER = {"Authorization": "Bearer " + TOKEN}
MARK = "----bench-form-0123456789"


class Client:
    def __init__(self, port, timeout=120, headers=BEARER):
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = headers

    def ask(self, method, path, body=None, headers=None, expect=(200,)):
        """The bytes of the answer; its head is kept in `answer`. Any other status than the expected ends the part."""
        self.line.request(method, path, body, {**self.headers, **(headers or {})})
        self.answer = self.line.getresponse()
        data = self.answer.read()
        if self.answer.status not in expect:
            raise Trouble(f"{method} {path} was answered {self.answer.status}: {data[:300]!r}")
        return data

    def json(self, method, path, body=None, expect=(200,)):
        data = None if body is None else json.dumps(body).encode()
        answer = self.ask(method, path, data, {"Content-Type": "application/json"} if data else None, expect)
        return json.loads(answer) if answer else None

    def send(self, form, expect=(200, 201)):
        """Sends what `form` made, and returns the answer's only image."""
        head = {"Content-Type": f"multipart/form-data; boundary={MARK}"}
        return json.loads(self.ask("POST", "/api/images/upload", form, head, expect))["images"][0]

    def upload(self, data, name="bench.jpg", expect=(201,)):
        return self.send(form(data, name), expect)["imageId"]

    def status(self, image):
        return self.json("GET", f"/api/images/{image}/status")

    def close(self):
        self.line.close()


def form(data, name="bench.jpg"):
    """The body of an upload; made before the clock runs."""
    head = (f'--{MARK}\r\nContent-Disposition: form-data; name="images"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n")
    return head.encode() + data + f"\r\n--{MARK}--\r\n".encode()


def unique(jpeg):
    """The same picture with bytes of its own: a comment behind the first marker."""
    note = os.urandom(16).hex().encode()
    return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]
