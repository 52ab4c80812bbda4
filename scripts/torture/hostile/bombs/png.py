"""PNG: sizes, compressed text and profiles, floods of chunks, animation that lies."""

import struct
import zlib

from ..client import chunk

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
END = chunk(b"IEND", b"")


def header(width, height, depth=8, colour=2, interlaced=0, compression=0, filtering=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, depth, colour, compression,
                                      filtering, interlaced))


def zeros(count, level=9):
    packer, block, parts = zlib.compressobj(level), bytes(1 << 20), []
    for _ in range(count >> 20):
        parts.append(packer.compress(block))
    return b"".join(parts) + packer.compress(bytes(count & ((1 << 20) - 1))) + packer.flush()


def whole(width, height, depth=8, colour=2, interlaced=0, rows=None, extra=b""):
    """Valid as far as `rows` go: all pixels zero. Interlaced pictures need a few bytes more for the rows of passes."""
    stride = (width * SAMPLES[colour] * depth + 7) // 8 + 1
    count = stride * (height if rows is None else rows) + (interlaced and 8 * height * 2)
    palette = chunk(b"PLTE", bytes(6)) if colour == 3 else b""
    return SIGNATURE + header(width, height, depth, colour, interlaced) + extra + palette + chunk(b"IDAT", zeros(count)) + END


def small(extra, behind=b""):
    return SIGNATURE + header(64, 64) + extra + chunk(b"IDAT", zeros(64 * 193)) + behind + END


def bombs():
    yield "png_1bit_50000.png", whole(50000, 50000, 1, 0)
    yield "png_rgba_20000.png", whole(20000, 20000, 8, 6)
    yield "png_rgba_10000_at_the_limit.png", whole(10000, 10000, 8, 6)
    yield "png_rgba_10000_interlaced_at_the_limit.png", whole(10000, 10000, 8, 6, 1)
    yield "png_rgba16_7000.png", whole(7000, 7000, 16, 6)
    yield "png_30000_by_3000.png", whole(30000, 3000)
    yield "png_one_row_wide.png", whole(30000, 1)
    yield "png_one_column_high.png", whole(1, 30000)
    yield "png_65000_cut.png", whole(65000, 65000, rows=2)
    yield "png_9000_cut.png", whole(9000, 9000, rows=20)
    lies = [(0x7FFFFFFF, 0x7FFFFFFF), (0xFFFFFFFF, 1), (1, 0xFFFFFFFF), (0, 0), (0, 100), (935820, 854554), (65536, 65536)]
    for width, height in lies:
        yield f"png_lie_{width}_{height}.png", SIGNATURE + header(width, height) + chunk(b"IDAT", zeros(1)) + END
    for depth, colour in [(3, 2), (16, 3), (255, 255), (1, 6)]:
        yield f"png_depth_{depth}_{colour}.png", SIGNATURE + header(64, 64, depth, colour) + chunk(b"IDAT", zeros(64 * 193)) + END
    big = zeros(512 << 20)
    yield "png_ztxt_512M.png", small(chunk(b"zTXt", b"Comment\0\0" + big))
    yield "png_iccp_512M.png", small(chunk(b"iCCP", b"icc\0\0" + big))
    yield "png_itxt_512M.png", small(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + big))
    yield "png_exif_20M.png", small(chunk(b"eXIf", b"MM\0*" + bytes(20 << 20)))
    yield "png_texts_50k.png", small(b"".join(chunk(b"tEXt", b"k%d\0v" % i) for i in range(50000)))
    yield "png_unknown_chunks_200k.png", small(chunk(b"abCd", b"") * 200000)
    yield "png_empty_idats_200k.png", small(chunk(b"IDAT", b"") * 200000)
    yield "png_palettes.png", small(chunk(b"PLTE", bytes(768)) * 1000)
    yield "png_idat_bomb.png", SIGNATURE + header(64, 64) + chunk(b"IDAT", big) + END
    yield "png_chunk_longer_than_file.png", SIGNATURE + header(64, 64) + struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + b"x" * 99
    yield "png_chunk_negative.png", SIGNATURE + header(64, 64) + struct.pack(">I", 0xFFFFFFFF) + b"IDAT" + b"x" * 99
    yield "png_apng_frames_lie.png", small(chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0)))
    yield "png_two_headers.png", SIGNATURE + header(8, 8) + header(30000, 3000) + chunk(b"IDAT", zeros(200)) + END
    yield "png_wrong_crc.png", small(b"").replace(b"IDAT", b"IDAT", 1)[:-20] + b"\0" * 20
    yield "png_no_data.png", SIGNATURE + header(64, 64) + END
