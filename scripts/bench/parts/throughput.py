"""Pictures per second with both cores busy: from the first upload until the last variant is ready."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from measure import photos, recipe
from measure.client import form, unique
from measure.place import Folder
from measure.processes import wait_until
from measure.server import Server
from parts.variants import warm_up


def run(sheet, short):
    recipe.build()
    rounds, few, many = (1, 2, 8) if short else (5, 4, 40)
    ours, theirs = [], []
    with Folder() as folder, Server(folder) as server:
        warm_up(server)
        for turn in range(rounds):
            sides = [lambda: ours.append(our_rate(server, many)), lambda: theirs.append(recipe_rate(few))]
            for side in sides if turn % 2 == 0 else reversed(sides):
                side()
    sheet.ratio("Pictures/s from upload to all variants ready, 4-5 MP", "recipe in a process pool", "pictures/s", ours, theirs,
                "ours/theirs", (">=", 10))
    sheet.note(f"{many} pictures a round for us, {few} for the recipe, alternating 2560x1600 and 2560x1920; as many recipe "
               "processes at once as there are cores.")


def pictures(count):
    kinds = [photos.four_megapixels(), photos.five_megapixels()]
    return [kinds[index % 2] for index in range(count)]


def our_rate(server, count):
    bodies = [form(unique(photo.read_bytes())) for photo in pictures(count)]
    client, begin = server.client(), time.monotonic()
    images = [client.send(body, (201,))["imageId"] for body in bodies]
    wait_until(lambda: is_idle(client), 600, "the queue to become empty")
    seconds = time.monotonic() - begin
    for image in images:
        server.await_complete(image, 1)
    return count / seconds


def is_idle(client):
    kinds = client.json("GET", "/api/jobs/status")["kinds"]
    return all(kind["counts"]["queued"] == 0 and kind["counts"]["active"] == 0 for kind in kinds)


def recipe_rate(count):
    begin = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(recipe.cost, pictures(count)))
    return count / (time.monotonic() - begin)
