"""slowhttptest with thousands of connections, while an honest client's waiting time is measured."""

import socket
import subprocess
import threading
import time

from .client import Client, good_png, percentile, summary
from .server import TOKEN

# How long a slow connection may live: the server's own limits, a tick, and two seconds between two looks. A slow reader is measured from the
# moment on which the kernel's buffers are full.
LIMITS = {"headers": 15, "body": 22, "reading": 40}


class Asking(threading.Thread):
    """Asks for something small fifty times a second on a connection that stays, and now and then on a new one."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.over, self.seconds, self.wrong = port, threading.Event(), [], []

    def run(self):
        client, number = Client(self.port), 0
        while not self.over.wait(0.02):
            number += 1
            if number % 10 == 0:
                client.close()
            start = time.monotonic()
            try:
                status = client.ask("GET", "/api/images?limit=1")[0]
                if status != 200:
                    self.wrong.append(status)
            except OSError as error:
                self.wrong.append(repr(error))
                client.close()
            self.seconds.append(time.monotonic() - start)


class Drips(threading.Thread):
    """Fifty slow connections of our own, each with a few bytes every two seconds, and how long each was put up with."""

    def __init__(self, port, kind, path):
        super().__init__(daemon=True)
        self.kind, self.lives, self.open, self.port = kind, [], [], port
        fields = f"Host: torture\r\nAuthorization: Bearer {TOKEN}\r\n"
        self.start_bytes, self.drip = {
            "headers": (f"GET {path} HTTP/1.1\r\n{fields}", b"X: y\r\n"),
            "body": (f"POST {path} HTTP/1.1\r\n{fields}Content-Type: multipart/form-data; boundary=x\r\n"
                     "Content-Length: 100000\r\n\r\n", b"xx"),
            "reading": (f"GET {path} HTTP/1.1\r\n{fields}\r\n", b""),
        }[kind]
        for _ in range(50):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.connect(("127.0.0.1", port))
            connection.sendall(self.start_bytes.encode())
            connection.setblocking(False)
            self.open.append((connection, time.monotonic()))

    def run(self):
        while self.open and time.monotonic() - self.open[0][1] < 90:
            time.sleep(2)
            held = held_by_server(self.port)
            self.open = [entry for entry in self.open if self.lives_on(*entry, held)]
        self.lives += [time.monotonic() - since for _, since in self.open]

    def lives_on(self, connection, since, held):
        """Asked of the server's end: ours may go on reading what its own kernel holds long after that was closed."""
        try:
            if self.drip:
                connection.send(self.drip)
            connection.recv(20)
        except OSError:
            pass
        if connection.getsockname()[1] in held:
            return True
        self.lives.append(time.monotonic() - since)
        connection.close()
        return False


def held_by_server(port):
    """Ports of the other ends of all connections that the server's kernel keeps memory for."""
    with open("/proc/net/tcp") as table:
        lines = [line.split() for line in table][1:]
    # 06 is TIME_WAIT, which holds nothing.
    return {int(words[2].split(":")[1], 16) for words in lines if words[1].endswith(f":{port:04X}") and words[3] != "06"}


def established(port):
    """Connections that the server's end holds open, as the kernel lists them."""
    count, ending = 0, f":{port:04X}"
    with open("/proc/net/tcp") as table:
        for line in table:
            words = line.split()
            count += words[1].endswith(ending) and words[3] in ("01", "08")
    return count


def attack(port, kind, connections, seconds, path):
    """Runs slowhttptest until it ends or nothing of it is left; answers the most connections that were seen at once."""
    flags = {"headers": ["-H", "-i", "5"], "body": ["-B", "-i", "5", "-s", "100000", "-x", "10"],
             "reading": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "1", "-k", "3"]}[kind]
    # The tool has no option for a header of one's own; it sends the value of Accept as it is given.
    flags += ["-m", "*/*\r\nAuthorization: Bearer " + TOKEN, "-f", "multipart/form-data; boundary=x"]
    command = ["slowhttptest", *flags, "-c", str(connections), "-r", "1000", "-l", str(seconds), "-p", "5",
               "-u", f"http://127.0.0.1:{port}{path}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, quiet = 0, 0
    while process.poll() is None and quiet < 8:
        now = established(port)
        most = max(most, now)
        quiet = quiet + 1 if most > 100 and now < 10 else 0
        time.sleep(0.5)
    process.terminate()
    process.wait()
    return most


def run(report, server, connections, seconds):
    port = server.port
    report.say(f"      descriptor limit of the server: {server.descriptor_limit()}")
    big = good_png(5, side=1500)
    client = Client(port)
    _, _, body, _ = client.upload("slow.png", big)
    picture = f"/api/images/{body['images'][0]['imageId']}/original"
    quiet = measured(port, lambda: time.sleep(8))
    report.say(f"      honest, nobody else: {summary(quiet.seconds)}")
    idle = server.resident_mib()
    for kind, path in (("headers", "/api/images"), ("body", "/api/images/upload"), ("reading", picture)):
        drips, outcome = Drips(port, kind, path), {}
        drips.start()
        asking = measured(port, lambda: outcome.update(most=attack(port, kind, connections, seconds, path)))
        drips.join()
        report.say(f"      slow {kind}: {outcome['most']} connections at once, honest: {summary(asking.seconds)}, "
                   f"memory {idle:.0f} -> {server.resident_mib():.0f} MiB")
        report.check(max(drips.lives) <= LIMITS[kind], f"slow {kind}: {len(drips.lives)} dripping connections were cut after "
                     f"{min(drips.lives):.0f} to {max(drips.lives):.0f} s")
        report.check(not asking.wrong, f"slow {kind}: every honest request is answered {asking.wrong[:3] or ''}")
        report.check(percentile(asking.seconds, 0.99) < 0.5, f"slow {kind}: the honest client's p99 stays under 500 ms")
        time.sleep(1)


def measured(port, work):
    asking = Asking(port)
    asking.start()
    work()
    asking.over.set()
    asking.join(60)
    return asking
