"""GIF: frames without end, canvases without bounds, codes that run away."""

import struct

PALETTE = b"\0\0\0\xff\xff\xff"


def frame(left=0, top=0, width=1, height=1, code=2, data=b"\x02\x44\x01\0"):
    return b"!\xf9\x04\x04\x01\0\0\0," + struct.pack("<HHHHB", left, top, width, height, 0) + bytes([code]) + data


def gif(width, height, frames):
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + PALETTE
    return head + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + frames + b";"


def bombs():
    yield "gif_frames_100k.gif", gif(4000, 4000, frame() * 100000)
    yield "gif_frames_1000_of_300.gif", gif(300, 300, frame() * 1000)
    yield "gif_frames_1001.gif", gif(10, 10, frame() * 1001)
    yield "gif_65535.gif", gif(65535, 65535, frame())
    yield "gif_16384_by_6000.gif", gif(16384, 6000, frame())
    yield "gif_glib_abort.gif", gif(65308, 65386, frame(0, 0, 65308, 65386))
    yield "gif_frame_outside.gif", gif(10, 10, frame(60000, 60000, 5000, 5000))
    yield "gif_frame_larger.gif", gif(10, 10, frame(0, 0, 9000, 9000))
    yield "gif_code_size_255.gif", gif(10, 10, frame(code=255))
    yield "gif_code_size_0.gif", gif(10, 10, frame(code=0))
    yield "gif_codes_run_away.gif", gif(10, 10, frame(0, 0, 10, 10, 8, b"\xff" + b"\xff" * 255 + b"\0"))
    yield "gif_comments_100k.gif", gif(10, 10, b"!\xfe\x01a\0" * 100000 + frame())
    yield "gif_extension_without_end.gif", gif(10, 10, b"!\xff\x0bNETSCAPE2.0" + b"\x01\x01" * 500000)
    yield "gif_no_frame.gif", gif(10, 10, b"")
    yield "gif_no_size.gif", gif(0, 0, frame())
    yield "gif_only_head.gif", b"GIF89a"
