"""Bytes of AVIF against bytes of WebP, and whether both look alike to SSIMULACRA2."""

import statistics
from concurrent.futures import ThreadPoolExecutor

from measure import photos, recipe
from measure.place import Folder, Trouble
from measure.server import Server

SIZES = ["large", "medium", "small"]


def run(sheet, short):
    recipe.build()
    names = photos.LOOKS[:3] if short else photos.LOOKS
    sizes = SIZES[2:] if short else SIZES
    with Folder() as folder:
        with Server(folder) as server:
            pairs = [fetch(server, folder, name, sizes) for name in names]
        jobs = [pair for of_photo in pairs for pair in of_photo]
        with ThreadPoolExecutor(2) as pool:
            looks = list(pool.map(score, jobs))
        shares = [share(*pair) for pair in jobs]
    tell(sheet, jobs, shares, looks)
    if short:
        sheet.note("The short form looks at three photos in the small size only.")


def fetch(server, folder, name, sizes):
    """Both formats of each size on disk, with the same size made from the photo without loss beside them."""
    client, photo = server.client(), photos.source(name)
    image = client.upload(photo.read_bytes(), photo.name)
    server.await_complete(image)
    pairs = []
    for size in sizes:
        stem = f"{photo.stem}-{size}"
        width = next(v["width"] for v in client.json("GET", f"/api/images/{image}")["variants"] if v["variantType"] == size)
        for kind in ("avif", "webp"):
            (folder / f"{stem}.{kind}").write_bytes(client.ask("GET", f"/api/images/{image}/variants/{size}.{kind}"))
        recipe.plain(photo, width, folder / f"{stem}.plain.png")
        pairs.append((folder, stem))
    return pairs


def score(pair):
    """Scores of both, in processes of their own: the library is pure Python."""
    return {kind: score_one(*pair, kind) for kind in ("avif", "webp")}


def score_one(folder, stem, kind):
    import subprocess
    import sys

    code = ("import sys; from PIL import Image; from ssimulacra2 import compute_ssimulacra2 as score\n"
            "source, picture, shown = sys.argv[1:]\n"
            "Image.open(picture).convert('RGB').save(shown)\n"
            "print(score(source, shown))")
    picture = folder / f"{stem}.{kind}"
    words = [folder / f"{stem}.plain.png", picture, f"{picture}.png"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Trouble(f"no score for {picture.name}: {done.stderr[-500:]}")
    return float(done.stdout)


def share(folder, stem):
    return (folder / f"{stem}.avif").stat().st_size / (folder / f"{stem}.webp").stat().st_size


def tell(sheet, jobs, shares, looks):
    sheet.value("AVIF bytes / WebP bytes, over all photos and sizes", "", shares, "geometric mean", ("<=", 0.75))
    differences = [look["avif"] - look["webp"] for look in looks]
    sheet.value("SSIMULACRA2 of AVIF minus that of WebP, the worst variant", "points", differences, "min", (">=", -0.5))
    sheet.note(f"Median score: AVIF {statistics.median(look['avif'] for look in looks):.1f}, WebP "
               f"{statistics.median(look['webp'] for look in looks):.1f}; below it by more than 0.5: "
               + (", ".join(stem for (_, stem), gap in zip(jobs, differences) if gap < -0.5) or "none") + ".")
