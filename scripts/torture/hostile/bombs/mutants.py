"""Good pictures cut off and changed at random."""

from . import gif, heif, jpeg, png, tiff, webp


def samples():
    return [
        ("png", png.whole(90, 70)), ("gif", gif.gif(20, 20, gif.frame(0, 0, 1, 1) * 3)),
        ("jpg", jpeg.baseline(90, 70)), ("prog.jpg", jpeg.progressive(90, 70, 3)),
        ("webp", webp.riff(webp.piece(b"VP8L", webp.lossless(90, 70)))), ("anim.webp", webp.moving(30, 3)),
        ("tif", tiff.picture(90, 70, tiff.deflated(6300), compression=8)),
        ("avif", heif.real(64, ".avif") or heif.picture(b"avif", 64, 64)), ("heic", heif.picture(b"heic", 64, 64)),
    ]


def bombs(dice, cuts=12, changes=40):
    for ending, good in samples():
        for number in range(cuts):
            yield f"cut_{number:02}.{ending}", good[:dice.randrange(1, len(good))]
        for number in range(changes):
            bad = bytearray(good)
            for _ in range(dice.choice((1, 1, 2, 8))):
                bad[dice.randrange(len(bad))] = dice.choice((0, 1, 127, 128, 255, dice.randrange(256)))
            yield f"changed_{number:02}.{ending}", bytes(bad)
