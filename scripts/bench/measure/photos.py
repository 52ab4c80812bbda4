"""The pictures of all measurements: Debian's mate-backgrounds, and JPEGs made from them, the same for all sides."""

import pathlib
import random
import struct
import zlib

from .place import RESULTS, Trouble

SOURCE = pathlib.Path("/usr/share/backgrounds/mate")
# Landscape, animals, a wall, sand, water: eleven photos and no drawing.
LOOKS = ["nature/Aqua", "nature/Blinds", "nature/Dune", "nature/FreshFlower", "nature/Garden", "nature/LadyBird",
         "nature/RainDrops", "nature/Storm", "nature/TwoWings", "nature/Wood", "abstract/Elephants_3840x2160"]


def source(name):
    path = SOURCE / f"{name}.jpg"
    if not path.exists():
        raise Trouble(f"{path} is missing: scripts/setup --groups bench")
    return path


def eighteen_megapixels():
    return source("abstract/Elephants_5640x3172")


def four_megapixels():
    return source("nature/Aqua")


def five_megapixels():
    return source("nature/Wood")


def one_megabyte():
    return source("nature/Dune").read_bytes()


def eight_megabytes():
    return source("abstract/Elephants_3840x2160").read_bytes()


def grainy(path, strength):
    """The photo under coarse grain, which survives being made small: for derived pictures of a wanted size."""
    from PIL import Image

    made = RESULTS / "pictures" / f"{path.stem}-grain{strength}.jpg"
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as image:
            grain = Image.effect_noise((image.width // 6, image.height // 6), 80).resize(image.size).convert("RGB")
            Image.blend(image.convert("RGB"), grain, strength / 100).save(made, quality=90)
    return made


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, seed, is_noise=False):
    """A PNG with bytes of its own; noise is not compressed, so that the size of the file is known."""
    chance = random.Random(seed)
    line = chance.randbytes(width * 3)
    if is_noise:
        rows = b"".join(b"\0" + chance.randbytes(width * 3) for _ in range(height))
    else:
        rows = b"".join(b"\0" + line[y % 90:] + line[:y % 90] for y in range(height))
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(rows, 0 if is_noise else 1))
    return b"\x89PNG\r\n\x1a\n" + head + body + _chunk(b"IEND", b"")
