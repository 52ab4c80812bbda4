"""A client of the server's API on one kept-alive connection."""
import hashlib
import http.client
import json
import os
import time
import urllib.parse

TOKEN = "torture-token-0123456789"
# The server closes what was quiet for a minute; a request that meets that moment would look like a broken connection.
IDLE = 30


class Gone(Exception):
    """The connection broke: what was asked for may or may not have happened."""


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def form(files, fields=()):
    """A multipart form of (file name, bytes)."""
    mark = "----torture" + os.urandom(8).hex()
    parts = []
    for name, value in fields:
        parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, data in files:
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="images"; filename="{name}"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


class Client:
    def __init__(self, url, timeout=30):
        self.place = urllib.parse.urlsplit(url)
        self.timeout = timeout
        self.line = None
        self.used = 0

    def close(self):
        if self.line:
            self.line.close()
        self.line = None

    def ask(self, method, path, body=None, kind=None):
        """Status and bytes of the answer. Raises Gone when there is none."""
        headers = {"Authorization": "Bearer " + TOKEN}
        if kind:
            headers["Content-Type"] = kind
        if time.monotonic() - self.used > IDLE:
            self.close()
        self.used = time.monotonic()
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection(
                    self.place.hostname, self.place.port, timeout=self.timeout)
            self.line.request(method, path, body, headers)
            answer = self.line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Gone(str(error)) from error

    def json(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        status, answer = self.ask(method, path, data, "application/json" if data else None)
        return status, json.loads(answer) if answer else None

    def upload(self, files, fields=()):
        body, kind = form(files, fields)
        status, answer = self.ask("POST", "/api/images/upload", body, kind)
        return status, json.loads(answer)

    def delete(self, image):
        return self.ask("DELETE", f"/api/images/{image}")[0]

    def reprocess(self, image):
        return self.json("POST", f"/api/images/{image}/reprocess")

    def original(self, image):
        """Status and SHA-256 of the picture as it was uploaded."""
        status, data = self.ask("GET", f"/api/images/{image}/original")
        return status, sha256(data)
