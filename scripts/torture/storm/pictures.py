"""Small pictures with bytes of their own, made without any library."""
import random
import struct
import zlib


def _chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(seed, width=40, height=30, level=1):
    """A PNG whose every pixel comes from the seed, so that no two seeds share bytes."""
    source = random.Random(seed)
    # A gradient with noise in its first rows: cheap to encode, and still not two alike.
    noise = source.randbytes(width * 3 * 2)
    tint = source.randrange(256)
    rows = [b"\0" + noise[:width * 3], b"\0" + noise[width * 3:]]
    line = bytes((tint + x * (x % 3 + 1)) & 255 for x in range(width * 3))
    for y in range(2, height):
        shift = y * 3 % len(line)
        rows.append(b"\0" + line[shift:] + line[:shift])
    data = zlib.compress(b"".join(rows), level)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
