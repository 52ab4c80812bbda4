"""The server under test, and a client for it."""

import ctypes
import http.client
import json
import os
import signal
import subprocess
import time

TOKEN = "torture-token-0123456789"


def environment(**more):
    """Ours without what only this bench reads, which the program would warn of."""
    return {name: value for name, value in os.environ.items() if name != "ARGENTUM_BIN"} | more


def binary():
    return os.path.abspath(os.environ.get("ARGENTUM_BIN", ".build/release/argentum"))


def end_with_us():
    """Called in a child: the kernel kills it when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    """A running `argentum serve`. `before` is put in front of the command, such as a tracer."""

    def __init__(self, settings, log, before=(), patience=60.0):
        self.data = settings[settings.index("--data") + 1]
        note = f"{self.data}/server-url"
        if os.path.exists(note):
            os.unlink(note)
        self.log = open(log, "ab")
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [*before, binary(), "serve", "--port", "0", *settings], stdout=subprocess.DEVNULL, stderr=self.log,
            env=environment(ARGENTUM_TOKEN=TOKEN), start_new_session=True,
            preexec_fn=end_with_us)
        self.address = self._wait_for(note, patience)
        self.took = time.monotonic() - self.started_at

    def _wait_for(self, note, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                with open(note) as file:
                    text = file.read().strip()
                if text:
                    return text.removeprefix("http://")
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError("the server did not start in time")

    def client(self):
        return Client(self.address)

    def stop(self, patience=40.0):
        """Asks it to end and returns its exit code; a server that does not heed is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        finally:
            self.log.close()

    def kill(self):
        """Ends the server with its codec children."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Client:
    def __init__(self, address, timeout=60.0):
        self.address, self.timeout = address, timeout
        self.connection = None

    def call(self, method, path, body=None, headers=()):
        """Status and body; status 0 when the connection broke."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address, timeout=self.timeout)
        try:
            self.connection.request(method, path, body, {"Authorization": f"Bearer {TOKEN}", **dict(headers)})
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            return 0, str(error).encode()

    def upload(self, content, name="picture.png"):
        """Status, and the image's id when it was taken, else the problem's code."""
        mark = "----torture-7d1f"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="images"; filename="{name}"\r\n' \
               "Content-Type: image/png\r\n\r\n"
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        status, text = self.call(
            "POST", "/api/images/upload", body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
        if status in (200, 201):
            return status, json.loads(text)["images"][0]["imageId"]
        return status, problem_code(text)

    def delete(self, image):
        status, text = self.call("DELETE", f"/api/images/{image}")
        return status, problem_code(text) if status >= 400 else None


def problem_code(text):
    try:
        return json.loads(text).get("code", "")
    except ValueError:
        return text[:80].decode("latin-1")
