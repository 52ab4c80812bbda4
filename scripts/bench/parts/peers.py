"""A picture made while it is asked for, the first time: ours, thumbor and nginx's image_filter at 640 pixels."""

import io

from measure import photos
from measure.client import unique
from measure.nginx import Nginx
from measure.place import Folder, Trouble
from measure.server import Server
from measure.thumbor import Thumbor

MODULE = "load_module /usr/lib/nginx/modules/ngx_http_image_filter_module.so;"
FILTER = "location / { image_filter resize 640 640; image_filter_jpeg_quality 80; image_filter_buffer 64m; }"
RENDER = {"w": 640, "h": 640, "fit": "inside", "q": 80}
# So many pictures per sample: the kernel counts in hundredths of a second.
BATCH = 10


def run(sheet, short):
    kinds = [("5 MP", photos.five_megapixels()), ("18 MP", photos.eighteen_megapixels())]
    with Folder() as folder:
        for name, photo in kinds[:1] if short else kinds:
            (folder / f"{photo.stem}.jpg").write_bytes(photo.read_bytes())
        # Without jobs, so that there is nothing ready-made to start from: each first request begins at the original.
        with Server(folder / "ours", "--jobs", "none") as server, Thumbor(folder) as thumbor, \
                Nginx(folder / "nginx", FILTER, MODULE) as nginx:
            for name, photo in kinds[:1] if short else kinds:
                (nginx.www / f"{photo.stem}.jpg").write_bytes(photo.read_bytes())
                measure(sheet, Sides(server, thumbor, nginx, photo), name, 2 if short else 8)
    sheet.note("thumbor is one process with Pillow, nginx decodes with GD and can only answer a JPEG with a JPEG. All keep nothing.")


class Sides:
    """Each side makes pictures, and says how many milliseconds of processor one took."""

    def __init__(self, server, thumbor, nginx, photo):
        self.server, self.thumbor, self.nginx, self.photo = server, thumbor, nginx, photo
        self.client, self.is_signed = server.client(), False

    def is_there(self):
        """Whether our server has the route; a size that its token may not ask for is signed."""
        image = self.client.upload(unique(self.photo.read_bytes()))
        self.client.ask("GET", self.path(image, "webp"), expect=(200, 403, 404))
        self.is_signed = self.client.answer.status == 403
        return self.client.answer.status != 404

    def path(self, image, kind):
        if self.is_signed:
            return self.client.json("POST", f"/api/images/{image}/sign", {"variant": "render", **RENDER, "format": kind})["url"]
        words = "&".join(f"{name}={value}" for name, value in RENDER.items())
        return f"/api/images/{image}/render?{words}&format={kind}"

    def ours(self, kind):
        images = [self.client.upload(unique(self.photo.read_bytes())) for _ in range(BATCH)]
        paths = iter([self.path(image, kind) for image in images])
        return self._price(self.server, lambda: self.client.ask("GET", next(paths)), kind)

    def by_thumbor(self, kind):
        path = f"/unsafe/fit-in/640x640/filters:format({kind}):quality(80)/{self.photo.stem}.jpg"
        return self._price(self.thumbor, lambda: self.thumbor.ask(path), kind)

    def by_nginx(self, kind):
        return self._price(self.nginx, lambda: self.nginx.ask("GET", f"/{self.photo.stem}.jpg"), kind)

    def _price(self, server, make, kind):
        from PIL import Image

        before = server.cpu()
        for _ in range(BATCH):
            data = make()
        took = (server.cpu() - before) * 1000 / BATCH
        with Image.open(io.BytesIO(data)) as picture:
            if picture.format.lower() != kind or max(picture.size) != 640:
                raise Trouble(f"a {picture.format} of {picture.size} instead of {kind} in 640")
        return took


def measure(sheet, sides, name, rounds):
    peers = [("webp", "thumbor", sides.by_thumbor), ("jpeg", "thumbor", sides.by_thumbor),
             ("jpeg", "nginx image_filter", sides.by_nginx)]
    is_there = sides.is_there()
    for kind, peer, make in peers:
        line = f"640 {kind} of a {name} JPEG on the fly, first request: CPU", peer
        make(kind)
        if not is_there:
            sheet.missing(line[0], f"not there: /render is answered 404 ({peer}: {make(kind):.0f} ms)", peer, (">=", 1))
            continue
        ours, theirs = [], []
        for turn in range(rounds):
            calls = [lambda: ours.append(sides.ours(kind)), lambda: theirs.append(make(kind))]
            for call in calls if turn % 2 == 0 else reversed(calls):
                call()
        sheet.ratio(*line, "ms", ours, theirs, "theirs/ours", (">=", 1))
