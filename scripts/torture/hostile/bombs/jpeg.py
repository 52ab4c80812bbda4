"""JPEG: huge but cheap to send, scans without end, segments that lie."""

import struct


def segment(marker, body):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def table(kind, symbol):
    """A code of one word: the bit 0 stands for the symbol."""
    return segment(0xC4, bytes([kind, 1] + [0] * 15 + [symbol]))


QUANTISATION = segment(0xDB, b"\0" + b"\x01" * 64)
END = b"\xff\xd9"


def frame(width, height, marker=0xC0, components=1, sampling=0x11, bits=8):
    body = struct.pack(">BHHB", bits, height, width, components)
    return segment(marker, body + b"".join(bytes([i + 1, sampling, 0]) for i in range(components)))


def scan(data, components=1, first=0, last=63, approximation=0):
    parts = b"".join(bytes([i + 1, 0]) for i in range(components))
    return segment(0xDA, bytes([components]) + parts + bytes([first, last, approximation])) + data


def baseline(width, height, data=None, marker=0xC0, extra=b""):
    """Each block is two bits: no difference, no detail."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    head = b"\xff\xd8" + extra + QUANTISATION + frame(width, height, marker) + table(0, 0) + table(0x10, 0)
    return head + scan(bytes(blocks * 2 // 8 + 1) if data is None else data) + END


def progressive(width, height, scans):
    """A first scan, then refinements that each touch every block and say nothing."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    head = b"\xff\xd8" + QUANTISATION + frame(width, height, 0xC2) + table(0, 0)
    first = scan(bytes(blocks // 8 + 1), last=0)
    # The word 0 is "the next 16,384 blocks hold nothing", followed by fourteen more bits.
    run = bytes(blocks // 16384 * 15 // 8 + 8)
    return head + first + table(0x10, 0xE0) + scan(run, first=1) * scans + END


def bombs():
    small = baseline(64, 64)
    yield "jpeg_65500_by_40000.jpg", baseline(65500, 40000)
    yield "jpeg_10000_at_the_limit.jpg", baseline(10000, 10000)
    yield "jpeg_10000_without_data.jpg", baseline(10000, 10000, b"\0")
    yield "jpeg_progressive_8000.jpg", progressive(8000, 8000, 5)
    yield "jpeg_progressive_10000_100_scans.jpg", progressive(10000, 10000, 98)
    yield "jpeg_scans_200.jpg", progressive(6000, 6000, 200)
    yield "jpeg_scans_20000.jpg", progressive(2000, 2000, 20000)
    yield "jpeg_height_0.jpg", baseline(64, 0, b"\0")
    yield "jpeg_arithmetic.jpg", baseline(64, 64, marker=0xC9)
    yield "jpeg_lossless.jpg", baseline(64, 64, marker=0xC3)
    yield "jpeg_hierarchical.jpg", baseline(64, 64, marker=0xC5)
    yield "jpeg_255_components.jpg", b"\xff\xd8" + frame(64, 64, components=255) + END
    yield "jpeg_sampling_15.jpg", b"\xff\xd8" + QUANTISATION + frame(4000, 4000, components=3, sampling=0xFF) + END
    yield "jpeg_12_bits.jpg", b"\xff\xd8" + QUANTISATION + frame(64, 64, bits=12) + END
    yield "jpeg_frames_10000.jpg", b"\xff\xd8" + frame(64, 64) * 10000 + small[2:]
    yield "jpeg_comments_100k.jpg", b"\xff\xd8" + segment(0xFE, b"x") * 100000 + small[2:]
    yield "jpeg_tables_20000.jpg", b"\xff\xd8" + table(0, 0) * 20000 + small[2:]
    yield "jpeg_restarts.jpg", baseline(64, 64, b"\0\xff\xd0" * 100000)
    yield "jpeg_fill_bytes.jpg", b"\xff\xd8" + b"\xff" * 5_000_000 + small[2:]
    yield "jpeg_segment_length_0.jpg", b"\xff\xd8\xff\xe0\0\0" + small[2:]
    yield "jpeg_icc_256_parts.jpg", b"\xff\xd8" + b"".join(
        segment(0xE2, b"ICC_PROFILE\0" + bytes([i % 256, 255]) + bytes(65000)) for i in range(255)) + small[2:]
    yield "jpeg_xmp_many.jpg", b"\xff\xd8" + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<x>" * 20000) * 40 + small[2:]
    yield "jpeg_exif_loop.jpg", b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif_loop()) + small[2:]
    yield "jpeg_exif_counts.jpg", b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif_counts()) + small[2:]
    yield "jpeg_html.jpg", b"\xff\xd8" + segment(0xFE, b"<script>alert(document.domain)</script>") + small[2:]
    yield "jpeg_html_behind.jpg", small + b"<html><script>alert(1)</script>" * 1000
    yield "jpeg_zip_behind.jpg", small + b"PK\x05\x06" + bytes(18)
    yield "jpeg_only_start.jpg", b"\xff\xd8\xff"


def exif_loop():
    """A directory whose next one is itself, and whose sub-directories are too."""
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, 0xA005))
    return b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 3) + entries + struct.pack(">I", 8)


def exif_counts():
    entries = b"".join(struct.pack(">HHII", 0x010E + i, kind, 0xFFFFFFFF, 0xFFFFFFF0) for i, kind in enumerate(range(14)))
    return b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 0xFFFF) + entries * 300
