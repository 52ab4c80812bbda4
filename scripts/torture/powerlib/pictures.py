"""Small PNG files, each unlike any other."""

import random
import struct
import zlib


def png(seed, side=None):
    """Noise, so that no two are alike and none compresses to nothing. 24 to 120 pixels wide unless told."""
    rng = random.Random(seed)
    side = side or rng.choice((24, 32, 48, 64, 120))
    rows = b"".join(b"\0" + rng.randbytes(side * 3) for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b"")


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
