"""WebP: a lossless picture of one colour needs no bits for its pixels, so any size fits in thirty bytes."""

import struct


def lossless(width, height):
    """Size, no alpha, no transforms, no cache, one set of codes, and five codes of one word, which take no bits."""
    bits, count = (width - 1) | (height - 1) << 14, 28
    count += 4 + 3
    for _ in range(5):
        bits |= 1 << count
        count += 4
    return b"\x2f" + bits.to_bytes((count + 7) // 8 + 2, "little")


def piece(kind, body):
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def riff(*pieces):
    body = b"WEBP" + b"".join(pieces)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def three(value):
    return struct.pack("<I", value)[:3]


def canvas(width, height, flags):
    return piece(b"VP8X", bytes([flags, 0, 0, 0]) + three(width - 1) + three(height - 1))


def moving(side, frames, part=None):
    part = part or side
    image = piece(b"VP8L", lossless(part, part))
    one = piece(b"ANMF", bytes(6) + three(part - 1) + three(part - 1) + three(20) + b"\0" + image)
    return riff(canvas(side, side, 2), piece(b"ANIM", bytes(6)), one * frames)


def bombs():
    padding = piece(b"EXIF", bytes(60000))
    yield "webp_16384.webp", riff(piece(b"VP8L", lossless(16384, 16384)))
    yield "webp_6300_padded.webp", riff(canvas(6300, 6300, 8), piece(b"VP8L", lossless(6300, 6300)), padding)
    yield "webp_6300.webp", riff(piece(b"VP8L", lossless(6300, 6300)))
    yield "webp_2000.webp", riff(piece(b"VP8L", lossless(2000, 2000)))
    yield "webp_frames_150_of_4000.webp", moving(4000, 150)
    yield "webp_frames_20000.webp", moving(16, 20000)
    yield "webp_frames_1000_small_on_large.webp", moving(6000, 999, 2)
    yield "webp_canvas_lies.webp", riff(canvas(1 << 24, 1 << 24, 0), piece(b"VP8L", lossless(10, 10)))
    yield "webp_canvas_and_picture_differ.webp", riff(canvas(10, 10, 0), piece(b"VP8L", lossless(6000, 6000)))
    yield "webp_icc_5M.webp", riff(canvas(64, 64, 0x20), piece(b"ICCP", bytes(5 << 20)), piece(b"VP8L", lossless(64, 64)))
    yield "webp_chunks_200k.webp", riff(canvas(64, 64, 0), piece(b"abcd", b"") * 200000, piece(b"VP8L", lossless(64, 64)))
    yield "webp_riff_longer.webp", b"RIFF\xff\xff\xff\xffWEBP" + piece(b"VP8L", lossless(64, 64))
    yield "webp_chunk_longer.webp", b"RIFF\x20\0\0\0WEBPVP8L\xff\xff\xff\xff" + lossless(64, 64)
    yield "webp_lossy_lies.webp", riff(piece(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(200)))
    yield "webp_huffman_overflow.webp", riff(piece(b"VP8L", lossless(64, 64)[:5] + b"\xff" * 4000))
