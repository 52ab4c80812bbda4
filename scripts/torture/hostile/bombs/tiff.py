"""TIFF: directories without end, strips that lie, one bit that decodes to a row."""

import struct
import zlib

SHORT, LONG = 3, 4


def directory(entries, at, following=0):
    """Entries are (tag, kind, count, value); all values fit."""
    body = struct.pack("<H", len(entries))
    for tag, kind, count, value in sorted(entries):
        body += struct.pack("<HHI", tag, kind, count)
        body += struct.pack("<HH", value, 0) if kind == SHORT and count == 1 else struct.pack("<I", value & 0xFFFFFFFF)
    return body + struct.pack("<I", following)


def fields(width, height, offset, length, compression=1, bits=8, samples=1, rows=None, more=()):
    return [(256, LONG, 1, width), (257, LONG, 1, height), (258, SHORT, 1, bits), (259, SHORT, 1, compression),
            (262, SHORT, 1, 1), (273, LONG, 1, offset), (277, SHORT, 1, samples),
            (278, LONG, 1, height if rows is None else rows), (279, LONG, 1, length), *more]


def picture(width, height, data, **options):
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory(
        fields(width, height, 8, len(data), **options), 8 + len(data))


def deflated(count):
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    return b"".join([packer.compress(block) for _ in range(count >> 20)]) + packer.compress(
        bytes(count & ((1 << 20) - 1))) + packer.flush()


def chain(count):
    """Directories of one pixel, each pointing to the next."""
    out, size = b"II*\0" + struct.pack("<I", 12) + bytes(4), 2 + 9 * 12 + 4
    for number in range(count):
        at = 12 + number * size
        out += directory(fields(1, 1, 8, 1), at, 0 if number == count - 1 else at + size)
    return out


def bombs():
    dot = b"\xff" * 64
    yield "tiff_deflate_30000.tif", picture(30000, 30000, deflated(900_000_000), compression=8)
    yield "tiff_deflate_10000_at_the_limit.tif", picture(10000, 10000, deflated(100_000_000), compression=8)
    yield "tiff_g4_60000.tif", picture(60000, 60000, b"\xff" * 7500, compression=4, bits=1)
    yield "tiff_g4_10000.tif", picture(10000, 10000, b"\xff" * 1250, compression=4, bits=1)
    yield "tiff_packbits_10000.tif", picture(10000, 10000, b"\x81\0" * 781250, compression=32773)
    yield "tiff_ifds_5000.tif", chain(5000)
    yield "tiff_ifds_100000.tif", chain(100000)
    yield "tiff_ifd_loop.tif", b"II*\0" + struct.pack("<I", 8) + directory(fields(4, 4, 0, 16), 8, 8)
    yield "tiff_lie_2_31.tif", picture(0x7FFFFFFF, 0x7FFFFFFF, dot)
    yield "tiff_no_size.tif", picture(0, 0, dot)
    yield "tiff_rows_0.tif", picture(8, 8, dot, rows=0)
    yield "tiff_samples_65535.tif", picture(8, 8, dot, samples=65535)
    yield "tiff_bits_64.tif", picture(8, 8, dot * 8, bits=64)
    yield "tiff_strip_outside.tif", b"II*\0" + struct.pack("<I", 8) + directory(fields(64, 64, 0xFFFFFF00, 4096), 8)
    yield "tiff_strips_2_31.tif", b"II*\0" + struct.pack("<I", 8) + directory(
        [f for f in fields(64, 64, 8, 64) if f[0] not in (273, 279)]
        + [(273, LONG, 0x40000000, 8), (279, LONG, 0x40000000, 8)], 8)
    yield "tiff_tile_huge.tif", picture(64, 64, dot, more=((322, LONG, 1, 0x7FFFFFF0), (323, LONG, 1, 0x7FFFFFF0)))
    yield "tiff_jpeg_old.tif", picture(64, 64, dot, compression=6)
    yield "tiff_jpeg_new.tif", picture(64, 64, b"\xff\xd8\xff\xd9" + dot, compression=7)
    yield "tiff_compression_unknown.tif", picture(64, 64, dot, compression=50001)
    yield "tiff_lzw_garbage.tif", picture(64, 64, b"\x80" + b"\xff" * 999, compression=5)
    yield "tiff_65535_entries.tif", b"II*\0\x08\0\0\0\xff\xff" + bytes(12) * 65535
    yield "tiff_big.tif", b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + struct.pack("<Q", 1 << 60)
    yield "tiff_head_only.tif", b"MM\0*\0\0\0\x08"
