"""Memory of the server while eight large uploads stream in at once."""

from concurrent.futures import ThreadPoolExecutor

from measure import photos, processes
from measure.client import Client, form
from measure.place import Folder
from measure.server import Server

UPLOADS = 8


def run(sheet, short):
    width, height, size = (2900, 2870, "25 MB") if short else (5800, 5740, "100 MB")
    limit = "120 MB"
    bodies = [form(photos.png(width, height, 1, is_noise=True), "noise.png")] * UPLOADS
    grown = []
    for _ in range(1 if short else 3):
        with Folder() as folder, Server(folder, "--max-upload", limit, "--jobs", "none") as server:
            warm_up(server)
            idle = processes.memory(server.pid)
            with processes.Watch(lambda: processes.memory(server.pid)) as watch:
                with ThreadPoolExecutor(UPLOADS) as pool:
                    list(pool.map(lambda body: send(server.port, body), bodies))
            grown.append(watch.highest - idle)
    sheet.value(f"Memory of the server while eight {size} uploads stream in, above idle", "MiB", grown, "max", ("<=", 64),
                f"idle: {idle:.0f} MiB")
    sheet.note(f"Uploads of {len(bodies[0]) / 1e6:.0f} MB of noise as PNG, with the same bytes, so that memory of the client and room "
               "on the disk do not matter; the server learns that they are equal only at their end.")


def send(port, body):
    client = Client(port, timeout=600)
    client.send(body)
    client.close()


def warm_up(server):
    """A few ordinary uploads: idle is a server that has worked, not one that has just begun."""
    client = server.client()
    for seed in range(5):
        client.upload(photos.png(300, 200, 100 + seed), "warm.png")
    client.close()
