"""Poison, pauses, cancelling, retrying and priorities, on one busy server."""
import os
import signal
import threading
import time

from storm.pictures import png


class Steering:
    def __init__(self, server, store, report, seed):
        self.server = server
        self.store = store
        self.report = report
        self.seed = seed
        self.client = server.client()
        self.made = 0

    def upload(self, side=(40, 30)):
        self.made += 1
        status, answer = self.client.upload([("p.png", png(f"steer {self.seed} {self.made}", *side))])
        if status != 201:
            self.report.breach("steering", f"upload: {status} {answer}")
        return answer["images"][0]["imageId"]

    def jobs(self, image, kind="generate-variants"):
        return self.store.rows(
            "SELECT id, state, attempt, crashes, error_class, error_message FROM jobs "
            "WHERE subject = ? AND kind = ? ORDER BY id", image, kind)

    def await_state(self, image, states, limit=120):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            rows = self.jobs(image)
            if rows and rows[-1][1] in states:
                return rows[-1]
            time.sleep(0.01)
        self.report.breach("steering", f"job of {image} is {self.jobs(image)} after {limit} s")
        return self.jobs(image)[-1]

    def quiet(self, limit=600):
        if self.store.await_quiet(limit) is None:
            self.report.breach("steering", "work does not end")

    # A picture whose decoder dies, or hangs, each time.

    def poison(self, number, name, limit):
        """Sends a signal to the codec children whenever they have this picture, while others flow."""
        poison = self.upload((1800, 1400))
        others = [self.upload() for _ in range(10)]
        done = threading.Event()
        thread = threading.Thread(target=self._strike, args=(poison, number, done))
        begin = time.monotonic()
        thread.start()
        for image in others:
            self.await_state(image, ("completed",))
        flowed = time.monotonic() - begin
        row = self.await_state(poison, ("failed", "completed"), limit)
        seconds = time.monotonic() - begin
        done.set()
        thread.join()
        self.report.say(f"poison by {name}", f"{row[1:]} after {seconds:.1f} s; 10 others done after {flowed:.1f} s")
        if row[1] != "failed" or not 1 <= row[2] <= 3 or not row[5]:
            self.report.breach("poison", f"{row}")
        if flowed > seconds:
            self.report.breach("poison", f"others waited {flowed:.1f} s for it")
        return poison

    def _strike(self, poison, number, done):
        struck = set()
        while not done.is_set():
            rows = self.jobs(poison)
            # With one codec process, whatever runs beside an active job of the poison is the poison's own child.
            if rows and rows[-1][1] == "active":
                for child in self.server.children():
                    if child not in struck:
                        struck.add(child)
                        try:
                            os.kill(child, number)
                        except ProcessLookupError:
                            pass
            time.sleep(0.02)

    def retry_poison(self, image):
        """Once nothing kills its child any more, a person's retry brings it through."""
        status, _ = self.client.json("POST", f"/api/jobs/{self.jobs(image)[-1][0]}/retry")
        row = self.await_state(image, ("completed", "failed"))
        self.report.say("poison retried", f"{status}, then {row[1]}")
        if status != 200 or row[1] != "completed":
            self.report.breach("poison", f"retry: {status}, {row}")

    # Pause, cancel, retry.

    def pause(self):
        images = [self.upload() for _ in range(20)]
        status = self.client.json("POST", "/api/jobs/pause", {"kind": "generate-variants"})[0]
        images += [self.upload() for _ in range(20)]
        self.await_none_active()
        before = self.started()
        time.sleep(2)
        if status != 204 or self.started() != before:
            self.report.breach("pause", f"{status}; {self.started() - before} jobs started while paused")
        waiting = sum(1 for image in images if self.jobs(image)[-1][1] == "queued")
        self.client.json("POST", "/api/jobs/resume", {"kind": "generate-variants"})
        self.quiet()
        states = {self.jobs(image)[-1][1] for image in images}
        self.report.say("pause", f"{waiting} of 40 waited, none started; after resume all {states}")
        if waiting == 0 or states != {"completed"}:
            self.report.breach("pause", f"{waiting} waited; {states}")

    def await_none_active(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.store.rows(
                "SELECT 1 FROM jobs WHERE state = 'active' AND kind = 'generate-variants'"):
            time.sleep(0.02)

    def started(self):
        return self.store.rows("SELECT coalesce(sum(fence), 0) FROM jobs WHERE kind = 'generate-variants'")[0][0]

    def cancel(self):
        images = [self.upload((500, 400)) for _ in range(20)]
        answers = []
        for image in images[::2]:
            answers.append(self.client.json("POST", f"/api/jobs/{self.jobs(image)[-1][0]}/cancel")[0])
        states = [self.jobs(image)[-1][1] for image in images[::2]]
        self.quiet()
        after = [self.jobs(image)[-1][1] for image in images[::2]]
        self.report.say("cancel", f"answers {count(answers)}, then {count(states)}, at the end {count(after)}")
        for image, answer, state in zip(images[::2], answers, after):
            rows = self.store.rows(
                "SELECT v.name FROM image_variants v JOIN images i ON i.original_id = v.original_id "
                "WHERE i.id = ? AND v.name <> 'thumbnail'", image)
            if (answer == 200) != (state == "cancelled") or (state == "cancelled" and rows):
                self.report.breach("cancel", f"{image}: {answer}, {state}, {rows}")
        self.retry_cancelled(images[::2], after)

    def retry_cancelled(self, images, states):
        answers = [self.client.json("POST", f"/api/jobs/{self.jobs(image)[-1][0]}/retry")[0] for image in images]
        self.quiet()
        for image, state, answer in zip(images, states, answers):
            expected = 200 if state == "cancelled" else 409
            if answer != expected or self.jobs(image)[-1][1] != "completed":
                self.report.breach("retry", f"{image} was {state}: {answer}, {self.jobs(image)}")
        self.report.say("retry", f"{count(answers)}; all completed")

    # A rebuild, and new pictures in the middle of it.

    def rebuild(self, number, by):
        """How long a new upload waits while everything is made again."""
        images = [self.upload((300, 200)) for _ in range(number)]
        self.quiet()
        idle = [self.until_made() for _ in range(5)]
        {"reprocess": self._by_reprocess, "verify --repair": self._by_repair}[by](images)
        waits, overtaken, busy = [], [], []
        while len(busy) < 8 and self.rebuilding() > 4:
            busy.append(self.until_made(waits, overtaken))
        self.report.say(
            f"rebuild of {number} by {by}",
            f"{len(busy)} uploads in it; new picture made in {median(busy):.2f} s (idle {median(idle):.2f} s), waited "
            f"for its start {median(waits):.2f} s, most {max(waits, default=0):.2f} s; others started before it: "
            f"{overtaken}; {self.rebuilding()} left")
        if not busy or max(overtaken) > 1:
            self.report.breach("rebuild", f"{overtaken} other pictures went before a new one")
        self.quiet(900)

    def _by_reprocess(self, images):
        for image in images:
            status = self.client.reprocess(image)[0]
            if status != 202:
                self.report.breach("rebuild", f"reprocess: {status}")

    def _by_repair(self, images):
        for (path,) in self.store.rows("SELECT path FROM image_variants WHERE name = 'small.webp'"):
            os.unlink(os.path.join(self.store.storage, path))
        code, text = self.server.verify(repair=True)
        if code != 0:
            self.report.breach("rebuild", f"verify --repair: {code} {text[-400:]}")

    def rebuilding(self):
        return self.store.rows(
            "SELECT count(*) FROM jobs WHERE state = 'queued' AND kind = 'generate-variants'")[0][0]

    def until_made(self, waits=None, overtaken=None):
        begin = time.monotonic()
        image = self.upload((300, 200))
        self.await_state(image, ("completed",), 300)
        seconds = time.monotonic() - begin
        if waits is not None:
            created, started, own = self.store.rows(
                "SELECT created_at, started_at, id FROM jobs WHERE subject = ? AND kind = 'generate-variants'", image)[0]
            waits.append((started - created) / 1000)
            overtaken.append(self.store.rows(
                "SELECT count(*) FROM jobs WHERE kind = 'generate-variants' AND started_at > ? AND started_at < ? "
                "AND id <> ?", created, started, own)[0][0])
        return seconds


def count(values):
    return {value: values.count(value) for value in sorted(set(values), key=str)}


def median(values):
    return sorted(values)[len(values) // 2] if values else 0


KILL, STOP = signal.SIGKILL, signal.SIGSTOP
