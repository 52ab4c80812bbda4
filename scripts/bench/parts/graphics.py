"""Bytes of derived graphics against those of the original at its own size, and whether the colours held."""

from measure import graphics, photos
from measure.place import Folder
from measure.server import Server


def run(sheet, short):
    with Folder() as folder:
        found = graphics.draw_all(folder)
        with Server(folder / "server") as server:
            server.await_complete(server.client().upload(photos.png(64, 64, 1), "warm.png"))
            for name, path, inks in found[:2] if short else found:
                measure(sheet, server, folder, name, path, inks)
    if short:
        sheet.note("The short form looks at two of the eight.")
    sheet.note("The colour is the mean of all pixels that were exactly of an ink's colour, the worst ink and band of both formats. "
               "Processor time is that of the whole upload and all six variants.")


def measure(sheet, server, folder, name, path, inks):
    client, before = server.client(), server.cpu()
    data = path.read_bytes()
    image = client.upload(data, path.name)
    server.await_complete(image)
    spent = server.cpu() - before
    client.close()
    # The old connection may have been idle for too long.
    client = server.client()
    variants = client.json("GET", f"/api/images/{image}")["variants"]
    shifts = []
    for kind, most in (("webp", 1.0), ("avif", 1.5)):
        derived = folder / f"{path.stem}.{kind}"
        derived.write_bytes(client.ask("GET", f"/api/images/{image}/variants/large.{kind}"))
        encoding = next(v["encoding"] for v in variants if v["variantType"] == "large" and v["format"] == kind)
        share = derived.stat().st_size / len(data)
        sheet.value(f"{kind} / original, {name} ({len(data) >> 10} KB)", "", [share], "max", ("<=", most), encoding)
        shifts += [graphics.shift(path, derived, ink) for ink in inks]
    sheet.value(f"Shift of the colours, {name}", "of 255", shifts, "max", ("<=", 14))
    sheet.value(f"Processor time, {name}", "s", [spent])
    client.close()
