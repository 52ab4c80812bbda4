"""AVIF and HEIC: boxes that lie. A real huge AVIF as well, when the machine has the vips tool to make one."""

import shutil
import struct
import subprocess
import tempfile


def box(kind, body, version=None):
    if version is not None:
        body = struct.pack(">I", version << 24) + body
    return struct.pack(">I", len(body) + 8) + kind + body


def picture(brand, width, height, data=b"\x12\0\x0a\x0b" + bytes(60), properties=b"", items=1, extent=None):
    codec = b"av01" if brand == b"avif" else b"hvc1"
    settings = box(b"av1C", b"\x81\0\x0c\0") if brand == b"avif" else box(b"hvcC", b"\x01" + bytes(22))
    size = box(b"ispe", struct.pack(">II", width & 0xFFFFFFFF, height & 0xFFFFFFFF), 0)
    association = b"".join(struct.pack(">HBBB", i + 1, 2, 1, 0x82) for i in range(items))
    props = box(b"iprp", box(b"ipco", size + settings + properties)
                + box(b"ipma", struct.pack(">I", items) + association, 0))
    infos = box(b"iinf", struct.pack(">H", items) + b"".join(
        box(b"infe", struct.pack(">HH", i + 1, 0) + codec + b"\0", 2) for i in range(items)), 0)
    kind = box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
    head = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)

    def meta(offset):
        places = b"".join(struct.pack(">HHHII", i + 1, 0, 1, offset, len(data) if extent is None else extent)
                          for i in range(items))
        location = box(b"iloc", b"\x44\0" + struct.pack(">H", items) + places, 0)
        return box(b"meta", kind + box(b"pitm", struct.pack(">H", 1), 0) + location + infos + props, 0)

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", data)


def real(side, suffix):
    """Black, by the vips tool: a few hundred bytes per megapixel."""
    if shutil.which("vips") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        name = f"{folder}/black{suffix}"
        done = subprocess.run(["vips", "black", f"{name}[Q=1,effort=0]", str(side), str(side), "--bands", "3"],
                              capture_output=True)
        return open(name, "rb").read() if done.returncode == 0 else None


def bombs():
    for brand, ending in ((b"avif", "avif"), (b"heic", "heic")):
        yield f"heif_lie_16000.{ending}", picture(brand, 16000, 16000)
        yield f"heif_lie_2_31.{ending}", picture(brand, 0x7FFFFFFF, 0x7FFFFFFF)
        yield f"heif_lie_small.{ending}", picture(brand, 16, 16)
        yield f"heif_garbage_7000.{ending}", picture(brand, 7000, 7000, bytes(range(256)) * 400)
        yield f"heif_no_size.{ending}", picture(brand, 0, 0)
        yield f"heif_items_60000.{ending}", picture(brand, 64, 64, items=60000)
        yield f"heif_properties_100k.{ending}", picture(brand, 64, 64, properties=box(b"free", b"") * 100000)
        yield f"heif_extent_outside.{ending}", picture(brand, 64, 64, extent=0xFFFFFFF0)
        yield f"heif_box_length_0.{ending}", picture(brand, 64, 64)[:40] + bytes(4) + b"meta"
        yield f"heif_box_length_1.{ending}", box(b"ftyp", brand + bytes(4) + brand) + b"\0\0\0\x01meta" + b"\xff" * 8
        yield f"heif_deep.{ending}", box(b"ftyp", brand + bytes(4) + brand) + deep(4000)
        yield f"heif_only_brand.{ending}", box(b"ftyp", brand + bytes(4) + brand)
    for side in (3000, 8000):
        made = real(side, ".avif")
        if made:
            yield f"avif_real_{side}.avif", made


def deep(levels):
    inner = b""
    for _ in range(levels):
        inner = box(b"meta", inner, 0)
    return inner
