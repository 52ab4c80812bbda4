"""CPU and memory of the full set of one picture: thumbnail and six variants."""

from measure import photos, recipe
from measure.client import unique
from measure.place import Folder
from measure.processes import Watch
from measure.server import Server

BAR = (">=", 10)


def run(sheet, short):
    recipe.build()
    kinds = [("18 MP JPEG (5640x3172, 16.4 MB)", photos.eighteen_megapixels(), 3 if not short else 0),
             ("4 MP JPEG (2560x1600, 0.35 MB)", photos.four_megapixels(), 5 if not short else 1),
             ("5 MP JPEG (2560x1920, 0.53 MB)", photos.five_megapixels(), 5 if not short else 0)]
    with Folder() as folder, Server(folder) as server:
        warm_up(server)
        for name, photo, rounds in kinds:
            if rounds:
                measure(sheet, server, name, photo, rounds)
        peak(sheet, folder)
    sheet.note("Ours is everything between the upload's first byte and the last job's end, of the server and all its codec "
               "children: also the upload, the check of the structure, hashes, metadata and rows. The recipe only makes pictures.")
    if short:
        sheet.note("The short form leaves 18 MP and 5 MP out of the CPU comparison.")


def warm_up(server):
    """Children are started and libraries loaded once; no picture shall pay for it, as the price list has it too."""
    server.await_complete(server.client().upload(photos.png(64, 64, 1), "warm.png"))


def measure(sheet, server, name, photo, rounds):
    ours, theirs = [], []
    for turn in range(rounds):
        sides = [lambda: ours.append(cost(server, photo)), lambda: theirs.append(recipe.cost(photo)[0])]
        for side in sides if turn % 2 == 0 else reversed(sides):
            side()
    sheet.ratio(f"CPU of the full set, {name}", "reference recipe", "s", ours, theirs, "theirs/ours", BAR)


def cost(server, photo):
    data = unique(photo.read_bytes())
    client, before = server.client(), server.cpu()
    server.await_complete(client.upload(data))
    client.close()
    return server.cpu() - before


def peak(sheet, folder):
    """Of a server of its own, so that no earlier picture is on the account."""
    photo, peaks = photos.eighteen_megapixels(), []
    for turn in range(1 if sheet.is_short else 3):
        with Server(folder / f"peak{turn}") as server:
            with Watch(server.codec_peak) as watch:
                server.await_complete(server.client().upload(unique(photo.read_bytes())))
        peaks.append(watch.highest)
    against = "" if sheet.is_short else f"recipe: {recipe.cost(photo)[1]:.0f} MiB"
    sheet.value("Peak memory of the codec child, 18 MP JPEG", "MiB", peaks, "max", ("<=", 256), against)
