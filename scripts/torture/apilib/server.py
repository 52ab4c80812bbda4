"""A real server on a fresh data directory, and plain requests to it."""

import http.client
import json
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

from .tools import ROOT

ADMIN = "torture-api-admin-token-0123456789"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The problem's code; None for what is no problem."""
        return self.json.get("code") if self.headers.get("content-type") == "application/problem+json" else None


class Server:
    def __enter__(self):
        binary = os.environ.get("ARGENTUM_BIN", str(ROOT / ".build/release/argentum"))
        self.folder = Path(tempfile.mkdtemp(prefix="argentum-api-"))
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [binary, "serve", "--port", "0", "--data", str(self.folder / "data"), "--log-level", "warning"],
            env={"PATH": os.environ["PATH"], "ARGENTUM_TOKEN": ADMIN}, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)
        self.port = self._wait_for_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.tokens = {"none": None, "wrong": "agt_" + "0" * 32 + "_" + "A" * 43, "admin": ADMIN}
        for scope in ("read", "write"):
            made = self.ask("POST", "/api/tokens", body={"name": scope, "scope": scope})
            self.tokens[scope] = made.json["token"]
            self.token_id = made.json["details"]["id"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_for_port(self):
        note = self.folder / "data" / "server-url"
        for _ in range(300):
            if note.exists() and note.read_text().endswith("\n"):
                return int(note.read_text().strip().rsplit(":", 1)[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"the server did not start:\n{(self.folder / 'log').read_text()}")

    def is_alive(self):
        return self.process.poll() is None and self.ask("GET", "/livez", None).status == 200

    def ask(self, method, target, token=ADMIN, headers=None, body=None):
        """One request on a connection of its own; a dict is sent as JSON."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body=body, headers=headers)
            response = connection.getresponse()
            # A stream has no end: its head and first line are all that is looked at.
            is_stream = (response.getheader("Content-Type") or "").startswith("text/event-stream")
            content = response.readline() if is_stream and method != "HEAD" else response.read()
            return Answer(response.status, response.getheaders(), content)
        finally:
            connection.close()

    def fill(self):
        """Two pictures with everything made of them, so that calls have something to find."""
        self.images = []
        for shade in (40, 200):
            boundary = "argentum"
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="images"; filename="p{shade}.png"\r\n\r\n'
            body = head.encode() + png(64, 48, shade) + f"\r\n--{boundary}--\r\n".encode()
            kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            answer = self.ask("POST", "/api/images/upload", headers=kind, body=body)
            self.images.append(answer.json["images"][0]["imageId"])
        for image in self.images:
            self._wait_until_completed(image)
        made = self.ask("POST", "/api/uploads", body={"expiresIn": 86_400}).json
        self.grant, self.key = made["uploadId"], made["uploadUrl"].split("key=")[1]
        self.job = self.ask("GET", "/api/jobs").json["jobs"][0]["jobId"]

    def _wait_until_completed(self, image):
        for _ in range(300):
            if self.ask("GET", f"/api/images/{image}/status").json["status"] == "completed":
                return
            time.sleep(0.1)
        raise SystemExit(f"image {image} was not completed")


def png(width, height, shade):
    """A picture with a slope in it, by hand: nothing but the standard library."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (shade, (x * 4) % 256, (y * 5) % 256)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
