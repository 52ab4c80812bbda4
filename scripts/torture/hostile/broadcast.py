"""Thousands of followers of the event stream, and uploads that all of them must hear of."""

import pathlib
import resource
import subprocess
import sys
import time

from .client import Client, good_png, summary, variations
from .server import TOKEN


def raise_limit(count):
    """Room for that many sockets in the process that follows; root may go beyond the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 500
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), max(hard, wanted)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def run(report, server, count, uploads=3):
    raise_limit(count)
    before = server.resident_mib()
    script = pathlib.Path(__file__).with_name("listeners.py")
    followers = subprocess.Popen([sys.executable, script, str(count), str(server.port), TOKEN], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        _, opened, seconds = followers.stdout.readline().split()
        with_all = server.resident_mib()
        report.check(int(opened) == count, f"{opened} of {count} followers open after {seconds} s; memory {before:.0f} -> "
                     f"{with_all:.0f} MiB, {(with_all - before) * 1024 / count:.1f} KiB each")
        before_broadcast = server.processor_seconds()
        client, pictures, took = Client(server.port), variations(good_png(9)), []
        for _ in range(uploads):
            status, _, _, elapsed = client.upload("broadcast.png", next(pictures))
            took.append(elapsed)
            report.check(status == 201, "an upload among all followers is answered 201")
            time.sleep(2)
        followers.stdin.write("\n")
        followers.stdin.flush()
        _, events, complete, total, spread, lost = followers.stdout.readline().split()
        report.check(int(events) > 0 and events == complete, f"{events} events of {uploads} uploads: {complete} reached "
                     f"all {opened} followers ({total} deliveries); from the first to the last of them {spread} s at most")
        report.check(int(lost) == count - int(opened), f"no follower was lost ({lost})")
        used = server.processor_seconds() - before_broadcast
        report.say(f"      the server used {used:.2f} s of processor, {used * 1e6 / max(1, int(total)):.1f} µs per delivery")
        report.say(f"      the uploads: {summary(took)}; memory at the end {server.resident_mib():.0f} MiB")
    finally:
        followers.kill()
        followers.wait()
    wait_for_quiet(report, server)


def wait_for_quiet(report, server):
    for _ in range(100):
        sockets = server.descriptors().get("socket", 0)
        if sockets < 50:
            break
        time.sleep(0.2)
    report.check(sockets < 50, f"all connections are gone afterwards: {sockets} sockets left, "
                 f"memory {server.resident_mib():.0f} MiB")
