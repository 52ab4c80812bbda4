"""slowhttptest with thousands of connections, while an honest client's waiting time is measured."""

import subprocess
import threading
import time

from .client import Client, good_png, percentile, summary
from .server import TOKEN

# How long after the last slow connection was opened all must be gone: the server's own limits and a few ticks.
LIMITS = {"headers": 10, "body": 20, "reading": 60}


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


def established(port):
    """Connections that the server's end holds open, as the kernel lists them."""
    count, ending = 0, f":{port:04X}"
    with open("/proc/net/tcp") as table:
        for line in table:
            words = line.split()
            count += words[1].endswith(ending) and words[3] in ("01", "08")
    return count


def attack(port, kind, connections, seconds, path):
    """Runs slowhttptest; the most connections seen, and how long they lived after it had opened all."""
    flags = {"headers": ["-H", "-i", "5"], "body": ["-B", "-i", "5", "-s", "100000", "-x", "10"],
             "reading": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "1", "-k", "3"]}[kind]
    # The tool has no option for a header of one's own; it sends the value of Accept as it is given.
    flags += ["-m", "*/*\r\nAuthorization: Bearer " + TOKEN, "-f", "multipart/form-data; boundary=x"]
    command = ["slowhttptest", *flags, "-c", str(connections), "-r", "1000", "-l", str(seconds), "-p", "5",
               "-u", f"http://127.0.0.1:{port}{path}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, highest_at, last = 0, time.monotonic(), time.monotonic()
    start = time.monotonic()
    while process.poll() is None:
        now = established(port)
        if now > most:
            most, highest_at = now, time.monotonic()
        if now > 5:
            last = time.monotonic()
        if now <= 5 and time.monotonic() - start > 3:
            break
        time.sleep(0.25)
    process.terminate()
    process.wait()
    return most, last - highest_at


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
        outcome = {}
        asking = measured(port, lambda: outcome.update(done=attack(port, kind, connections, seconds, path)))
        most, lived = outcome["done"]
        report.say(f"      slow {kind}: {most} connections at most, honest: {summary(asking.seconds)}, "
                   f"memory {idle:.0f} -> {server.resident_mib():.0f} MiB")
        report.check(most >= connections * 0.9, f"slow {kind}: the attack came to be ({most} of {connections})")
        report.check(lived <= LIMITS[kind] + 5, f"slow {kind}: all cut {lived:.0f} s after the last came")
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
