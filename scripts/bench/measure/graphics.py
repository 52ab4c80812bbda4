"""Eight graphics as people upload them, drawn the same on every machine: screenshots, scans, a chart, a logo."""

import math
import random

from .place import Trouble

FONTS = "/usr/share/fonts/truetype/dejavu"
WORDS = ("the of and a to in is you that it he was for on are as with his they at be this have from or one had by word but not "
         "what all were we when your can said there use an each which she do how their if will up other about out many").split()
RED, BLUE, INK = (200, 30, 30), (40, 90, 200), (20, 20, 20)


def draw_all(folder):
    """Name, file and the colours that must come through, of each."""
    drawn = [("text on white", text(1, (255, 255, 255), [INK, INK, RED]), [INK, RED]),
             ("text on black", text(2, (24, 26, 30), [(220, 220, 220), (255, 90, 90)]), [(220, 220, 220), (255, 90, 90)]),
             ("code", code(3), [(212, 212, 212), (86, 156, 214), (206, 145, 120), (244, 71, 71)]),
             ("user interface", interface(4), [(32, 33, 36), (217, 48, 37), (26, 115, 232)]),
             ("chart", chart(5), [RED, BLUE]),
             ("logo with alpha", logo(), [RED, BLUE]),
             ("grey scan", scan(6), [(35, 35, 35)]),
             ("black and white scan", scan(7).point(lambda value: 255 if value > 140 else 0).convert("1"), [(0, 0, 0)])]
    found = []
    for name, image, inks in drawn:
        path = folder / f"{name.replace(' ', '-')}.png"
        image.save(path)
        found.append((name, path, inks))
    return found


def shift(path, derived, ink):
    """How far the mean of the pixels that were of this colour moved, in the worst band."""
    from PIL import Image, ImageChops, ImageStat

    before, after = (Image.open(file).convert("RGBA") for file in (path, derived))
    mask = before.getchannel("A").point(lambda value: 255 if value == 255 else 0)
    for band, value in zip(before.split(), ink):
        mask = ImageChops.darker(mask, band.point(lambda seen, value=value: 255 if seen == value else 0))
    if mask.getbbox() is None:
        raise Trouble(f"{path.name} has no pixel of {ink}")
    means = ImageStat.Stat(after.convert("RGB"), mask).mean
    return max(abs(mean - value) for mean, value in zip(means, ink))


def font(size, style="Sans"):
    from PIL import ImageFont

    try:
        return ImageFont.truetype(f"{FONTS}/DejaVu{style}.ttf", size)
    except OSError as error:
        raise Trouble("the fonts are missing: scripts/setup --groups bench") from error


def canvas(width, height, ground, mode="RGB"):
    from PIL import Image, ImageDraw

    image = Image.new(mode, (width, height), ground)
    return image, ImageDraw.Draw(image)


def sentence(chance, count):
    return " ".join(chance.choice(WORDS) for _ in range(count))


def text(seed, ground, inks):
    chance, (image, draw), letters = random.Random(seed), canvas(1600, 1000, ground), font(15)
    for line in range(46):
        draw.text((12, 10 + line * 21), sentence(chance, 40)[:186], font=letters, fill=inks[line % len(inks)])
    return image


def code(seed):
    inks = [(212, 212, 212), (86, 156, 214), (206, 145, 120), (106, 153, 85), (220, 220, 170), (197, 134, 192), (244, 71, 71)]
    chance, (image, draw), letters = random.Random(seed), canvas(1600, 1000, (30, 30, 30)), font(14, "SansMono")
    for line in range(51):
        draw.text((8, 8 + line * 19), str(line + 1), font=letters, fill=(133, 133, 133))
        left = 60 + chance.randrange(5) * 34
        for _ in range(chance.randrange(2, 9)):
            word = chance.choice(WORDS) + chance.choice(["", "(", ");", " =", "."])
            draw.text((left, 8 + line * 19), word, font=letters, fill=chance.choice(inks))
            left += letters.getlength(word + " ")
    return image


def interface(seed):
    chance, (image, draw) = random.Random(seed), canvas(1440, 900, (245, 246, 248))
    for row in range(56):
        draw.line((0, row, 1440, row), fill=(66 - row // 4, 133 - row // 2, 244 - row // 2))
    draw.text((20, 16), "Dashboard", font=font(20, "Sans-Bold"), fill="white")
    for entry in range(14):
        fill = tuple(chance.randrange(256) for _ in range(3))
        draw.rounded_rectangle((12, 76 + entry * 44, 36, 100 + entry * 44), 6, fill=fill)
        draw.text((48, 80 + entry * 44), sentence(chance, 2), font=font(14), fill=(32, 33, 36))
    for card in range(9):
        card_at(draw, chance, 244 + card % 3 * 395, 80 + card // 3 * 270)
    return image


def card_at(draw, chance, x, y):
    draw.rounded_rectangle((x, y, x + 375, y + 250), 10, fill="white", outline=(218, 220, 224))
    draw.text((x + 16, y + 14), sentence(chance, 3).title(), font=font(16, "Sans-Bold"), fill=(32, 33, 36))
    for line in range(6):
        draw.text((x + 16, y + 50 + line * 24), sentence(chance, 6), font=font(13), fill=(95, 99, 104))
    draw.rounded_rectangle((x + 260, y + 205, x + 355, y + 236), 6, fill=(26, 115, 232))
    draw.text((x + 280, y + 212), "Accept", font=font(13), fill="white")
    draw.text((x + 16, y + 212), "Error: 3", font=font(13), fill=(217, 48, 37))


def chart(seed):
    """Drawn at twice its size, so that its lines have soft edges."""
    chance, (image, draw) = random.Random(seed), canvas(2400, 1600, "white")
    for line in range(11):
        draw.line((180, 120 + line * 128, 2300, 120 + line * 128), fill=(225, 225, 225), width=2)
        draw.text((80, 104 + line * 128), str(100 - line * 10), font=font(26), fill=(60, 60, 60))
    for place, ink in enumerate([RED, BLUE, (44, 160, 44), (255, 127, 14)]):
        value, points = chance.random() * 60 + 20, []
        for step in range(107):
            value = min(98, max(2, value + chance.gauss(0, 3)))
            points.append((180 + step * 20, 1400 - value * 12.8))
        draw.line(points, fill=ink, width=5)
        draw.rectangle((2000, 140 + place * 44, 2028, 168 + place * 44), fill=ink)
        draw.text((2040, 138 + place * 44), sentence(chance, 2), font=font(26), fill=(40, 40, 40))
    return smaller(image, 2)


def logo():
    image, draw = canvas(3000, 3000, (0, 0, 0, 0), "RGBA")
    draw.ellipse((180, 180, 2820, 2820), fill=(*BLUE, 255))
    draw.ellipse((420, 420, 2580, 2580), fill=(240, 190, 40, 255))
    for turn in range(8):
        angle = turn * math.pi / 4
        x, y = 1500 + math.cos(angle) * 750, 1500 + math.sin(angle) * 750
        draw.polygon([(x + math.cos(angle + part) * 210, y + math.sin(angle + part) * 210) for part in (0, 2.1, 4.2)],
                     fill=(*RED, 255))
    draw.text((750, 1290), "ARGO", font=font(510, "Sans-Bold"), fill=(*BLUE, 255))
    return smaller(image, 3)


def scan(seed):
    """A page a little askew, at 150 dots an inch."""
    from PIL import Image

    chance, (image, draw), letters = random.Random(seed), canvas(1240, 1754, 244, "L"), font(21, "Serif")
    for line in range(47):
        draw.text((110, 110 + line * 32), sentence(chance, 22)[:82], font=letters, fill=35)
    return image.rotate(0.6, Image.Resampling.BICUBIC, fillcolor=244)


def smaller(image, times):
    from PIL import Image

    return image.resize((image.width // times, image.height // times), Image.Resampling.LANCZOS)
