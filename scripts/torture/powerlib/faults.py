"""The scenarios of `iofaults`: each makes the disk fail in its own way and looks at what the clients are told."""

import hashlib
import os
import sqlite3
import subprocess
import time

from . import disks
from .injection import Injection
from .ledger import Ledger
from .program import Server, binary, environment

# Answers that are honest about a trouble.
HONEST = {"ENOSPC": {507}, "EIO": {503}, "EMFILE": {503}}
# What the store calls, then what SQLite calls. `openat` is both, and everything else in the process.
STORE_CALLS = [
    "fsync", "linkat,link", "renameat,renameat2,rename", "mkdirat,mkdir", "unlinkat,unlink", "fstatfs,statfs"]
DATABASE_CALLS = ["pwrite64", "fdatasync", "ftruncate", "pread64"]


class Scene:
    """A server on a folder, a client, and what the client was told."""

    def __init__(self, folder, seed, settings=(), database=None, storage=None):
        self.folder, self.data = folder, f"{folder}/data"
        self.database, self.storage = database or f"{self.data}/argentum.sqlite", storage or self.data
        # The disks here are small, and full on purpose.
        self.settings = ["--data", self.data, "--storage-reserve", "0", *settings]
        self.ledger, self.log = Ledger(seed), f"{folder}.err"
        self.start()

    def start(self):
        self.server = Server(self.settings, self.log)
        self.client = self.server.client()

    def answers(self, case):
        """The trouble is over: an upload works at once, and what was acknowledged is there."""
        status, image = self.ledger.upload(self.client, (), f"{case}, afterwards")
        if status == 201:
            self.ledger.read_back(self.client, case, image)

    def end(self, case):
        """A stop, a start that cleans up, a verification, and the independent check with nothing left lying about."""
        self.server.stop()
        self.start()
        for image in self.ledger.stored:
            self.ledger.read_back(self.client, case, image)
        self.await_removals(case)
        self.server.stop()
        self.verify(case)
        return self.ledger.check(self.database, self.storage, case, leftovers=True)

    def verify(self, case):
        done = subprocess.run([binary(), "verify", *self.settings[:2], *self._places()], capture_output=True, text=True,
                              env=environment())
        if done.returncode:
            words = done.stdout[-200:] + done.stderr[-200:]
            self.ledger.wrong.append(f"{case}: verify ended with {done.returncode}: {words}")

    def _places(self):
        return [word for name in ("--database", "--storage") if name in self.settings
                for word in (name, self.settings[self.settings.index(name) + 1])]

    def await_removals(self, case, patience=40.0):
        if not self.await_rows("SELECT count(*) FROM blob_removals", patience):
            self.ledger.wrong.append(f"{case}: files of deleted pictures are left after {patience} s")

    def await_rows(self, query, patience):
        """Until the query counts nothing."""
        end, connection = time.monotonic() + patience, sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            while connection.execute(query).fetchone()[0]:
                if time.monotonic() > end:
                    return False
                time.sleep(0.1)
            return True
        finally:
            connection.close()


class Result:
    def __init__(self, name, cases, hits, ledger):
        self.name, self.cases, self.hits = name, cases, hits
        self.answers, self.wrong = ledger.answers, ledger.wrong

    def tell(self):
        words = ", ".join(f"{key}: {count}" for key, count in sorted(self.answers.items()))
        print(f"{self.name}: cases={self.cases} faults-injected={self.hits} wrong={len(self.wrong)} ({words})",
              flush=True)
        for text in self.wrong[:8]:
            print("    " + text, flush=True)


def injected(folder, given, calls, act, settings=("--jobs", "none")):
    """Each call fails with each error: each thread's nth call once, for growing n until none is hit, and for ever."""
    scene = Scene(folder, f"{given.seed}/{act.__name__}", settings)
    cases = hits = 0
    for names in calls:
        for error, honest in HONEST.items():
            # SQLite does not pass on why a sync failed.
            honest = honest | {503} if names in DATABASE_CALLS else honest
            for nth in [0, *range(1, given.nth + 1)]:
                case = f"{names} {error} {nth or 'for ever'}"
                count = act(scene, case, honest, lambda: Injection(
                    scene.server.process.pid, names, error, nth or 1, forever=nth == 0, log=f"{folder}.trace"))
                cases, hits = cases + 1, hits + count
                if nth and not count:
                    break
    scene.end(act.__name__)
    return cases, hits, scene.ledger


def upload(scene, case, honest, injection):
    with injection() as fault:
        status, image = scene.ledger.upload(scene.client, honest, case)
    if status == 201:
        scene.ledger.read_back(scene.client, case, image)
    scene.answers(case)
    return fault.count


def upload_anything(scene, case, honest, injection):
    """For calls that all parts make: which of the honest answers comes first cannot be told, and a lost connection is
    no answer at all, so it is no wrong one."""
    scene.client.timeout = 5.0
    with injection() as fault:
        scene.ledger.upload(scene.client, {503, 507, 0}, case)
    scene.client = scene.server.client()
    scene.answers(case)
    return fault.count


def delete(scene, case, honest, injection):
    _, image = scene.ledger.upload(scene.client, (), f"{case}, before")
    with injection() as fault:
        status = scene.ledger.delete(scene.client, image, honest, case)
    if status != 204:
        scene.ledger.read_back(scene.client, case, image)
        scene.ledger.delete(scene.client, image, (), f"{case}, afterwards")
    return fault.count


def variants(scene, case, honest, injection):
    """The upload is accepted, then the disk fails while the variants are made, for two seconds."""
    scene.client.call("POST", "/api/jobs/pause", b"{}", {"Content-Type": "application/json"})
    scene.ledger.upload(scene.client, (), f"{case}, before")
    with injection() as fault:
        scene.client.call("POST", "/api/jobs/resume", b"{}", {"Content-Type": "application/json"})
        time.sleep(2)
    # Again, should the first one have met the fault.
    scene.client.call("POST", "/api/jobs/resume", b"{}", {"Content-Type": "application/json"})
    return fault.count


def run_variants(folder, given, calls):
    scene = Scene(folder, f"{given.seed}/variants", ("--codecs", "1"))
    cases = hits = 0
    for names in calls:
        for error, honest in HONEST.items():
            for nth in range(0, min(given.nth, 2) + 1):
                case = f"variants {names} {error} {nth or 'for ever'}"
                hits += variants(scene, case, honest, lambda: Injection(
                    scene.server.process.pid, names, error, nth or 1, forever=nth == 0, log=f"{folder}.trace"))
                cases += 1
    # A job may have failed for good where the disk said EIO for longer than three attempts; its picture is made again
    # on request. Nothing else may be left.
    if not scene.await_rows("SELECT count(*) FROM jobs WHERE state IN ('queued', 'active')", 120):
        scene.ledger.wrong.append("variants: jobs are left two minutes after the last fault")
    failed = retry_failed(scene)
    if not scene.await_rows("SELECT count(*) FROM jobs WHERE state IN ('queued', 'active')", 60):
        scene.ledger.wrong.append("variants: jobs that were asked for again are left")
    missing = rows(scene, "SELECT count(*) FROM originals WHERE (SELECT count(*) FROM image_variants "
                          "WHERE original_id = originals.id) <> 7")[0][0]
    if missing:
        scene.ledger.wrong.append(f"variants: {missing} pictures have not all their variants")
    scene.ledger.answers["failed jobs, made again on request"] = failed
    scene.end("variants")
    return cases, hits, scene.ledger


def retry_failed(scene):
    failed = rows(scene, "SELECT id FROM jobs WHERE state = 'failed'")
    for (job,) in failed:
        scene.client.call("POST", f"/api/jobs/{job}/retry")
    return len(failed)


def rows(scene, query):
    connection = sqlite3.connect(f"file:{scene.database}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def run_verify(folder, given):
    """A verification that cannot read says so and changes nothing, with and without --repair."""
    scene = Scene(folder, f"{given.seed}/verify", ())
    for _ in range(3):
        scene.ledger.upload(scene.client, (), "verify, before")
    scene.await_rows("SELECT count(*) FROM jobs WHERE state IN ('queued', 'active')", 60)
    scene.server.stop()
    cases = hits = 0
    before = listing(scene.storage)
    for calls, paths in (("pread64", pictures(scene)), ("openat", pictures(scene)), ("pread64", [scene.database])):
        for error in HONEST:
            for repair in ([], ["--repair"]):
                for nth in (1, 2):
                    count = verify_once(scene, calls, paths, error, nth, repair)
                    cases, hits = cases + 1, hits + count
    if listing(scene.storage) != before:
        scene.ledger.wrong.append("verify: files have changed")
    scene.verify("verify, afterwards")
    scene.ledger.check(scene.database, scene.storage, "verify", leftovers=True)
    return cases, hits, scene.ledger


def verify_once(scene, calls, paths, error, nth, repair):
    trace = f"{scene.folder}.trace"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", trace, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={nth}",
         *(word for path in paths for word in ("-P", path)), binary(), "verify", *scene.settings[:2], *repair],
        capture_output=True, text=True, env=environment())
    with open(trace, errors="replace") as text:
        hit = sum("(INJECTED)" in line for line in text)
    scene.ledger.answers[f"exit {done.returncode}"] = scene.ledger.answers.get(f"exit {done.returncode}", 0) + 1
    if hit and done.returncode == 0:
        scene.ledger.wrong.append(f"verify: {calls} {error} {nth} was met and nobody was told")
    if hit and done.returncode == 13:
        scene.ledger.wrong.append(f"verify: {calls} {error} {nth} was taken for damage: {done.stdout[-200:]}")
    if done.returncode < 0:
        scene.ledger.wrong.append(f"verify: {calls} {error} {nth} ended it with signal {-done.returncode}")
    return hit


def pictures(scene):
    return [f"{folder}/{name}" for folder, _, names in os.walk(f"{scene.storage}/images") for name in names]


def listing(storage):
    return sorted((path, os.stat(path).st_size) for folder, _, names in os.walk(f"{storage}/images")
                  for path in (f"{folder}/{name}" for name in names))


def run_ghost(folder, given):
    """A commit that could not be synced may lie in the log all the same. Then the process is killed: the start after it
    must find the row with its bytes, or neither."""
    scene = Scene(folder, f"{given.seed}/ghost", ("--jobs", "none"))
    cases = hits = ghosts = 0
    for number in range(given.ghosts):
        scene.answers("ghost")
        with Injection(scene.server.process.pid, "fdatasync", "EIO", forever=True, log=f"{folder}.trace") as fault:
            status, _ = scene.ledger.upload(scene.client, {503}, f"ghost {number}")
            scene.server.kill()
        cases, hits = cases + 1, hits + fault.count
        scene.start()
        ghosts += adopt_ghosts(scene)
        for image in scene.ledger.stored:
            scene.ledger.read_back(scene.client, f"ghost {number}", image)
    scene.ledger.answers["refused uploads that a start found committed, with their bytes"] = ghosts
    scene.end("ghost")
    return cases, hits, scene.ledger


def adopt_ghosts(scene):
    """Pictures that were refused and are there: they must be whole, as if they had been answered."""
    refused = {hashlib.sha256(content).digest(): content for content in scene.ledger.refused}
    found = 0
    found_rows = rows(scene, "SELECT images.id, sha256 FROM images JOIN originals ON originals.id = original_id")
    for image, digest in found_rows:
        if digest in refused and image not in scene.ledger.stored:
            scene.ledger.stored[image] = refused[digest]
            found += 1
    return found


class Filler:
    """Fills a small disk up to a chosen rest, and lets go of it again."""

    def __init__(self, folder):
        self.folder, self.path = folder, f"{folder}/filler"

    def leave(self, pages):
        """Fills until so many pages of 4 KiB are free, or as few more as can be."""
        room = os.statvfs(self.folder)
        take = room.f_bfree - pages
        if take > 0:
            with open(self.path, "ab") as file:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, take * room.f_frsize)

    def leave_inodes(self, count):
        os.makedirs(self.path + ".d", exist_ok=True)
        number = len(os.listdir(self.path + ".d"))
        while os.statvfs(self.folder).f_ffree > count:
            open(f"{self.path}.d/{number}", "wb").close()
            number += 1

    def free(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        if os.path.isdir(self.path + ".d"):
            for name in os.listdir(self.path + ".d"):
                os.unlink(f"{self.path}.d/{name}")


def tmpfs(folder, megabytes, inodes=0):
    os.makedirs(folder, exist_ok=True)
    options = f"size={megabytes}M" + (f",nr_inodes={inodes}" if inodes else "")
    if disks.LIBC.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, options.encode()):
        raise SystemExit("iofaults: a tmpfs cannot be mounted")


def run_full(folder, given, place):
    """A disk that is really full, at every step: with 0, 1, 2 ... pages left. `place` says what lies on it."""
    tmpfs(f"{folder}-small", 32)
    small, settings, database, storage = f"{folder}-small", ["--jobs", "none"], None, None
    if place == "rows":
        database = f"{small}/rows.sqlite"
        settings += ["--database", f"sqlite:{database}"]
    elif place == "pictures":
        storage = f"{small}/pictures"
        settings += ["--storage", f"file://{storage}"]
    scene = Scene(small if place == "both" else folder, f"{given.seed}/full/{place}", settings, database, storage)
    filler, cases = Filler(small), 0
    for pages in range(0, given.pages):
        case = f"{pages} pages left for {place}"
        _, image = scene.ledger.upload(scene.client, (), f"{case}, before")
        filler.leave(pages)
        scene.ledger.upload(scene.client, {507}, case)
        if pages % 4 == 0 and scene.ledger.delete(scene.client, image, {507}, case) != 204:
            scene.ledger.read_back(scene.client, case, image)
        filler.free()
        scene.answers(case)
        cases += 1
    scene.end(f"full, {place}")
    disks.unmount(small)
    return cases, 0, scene.ledger


def run_inodes(folder, given):
    tmpfs(f"{folder}-small", 64, inodes=600)
    scene = Scene(f"{folder}-small", f"{given.seed}/inodes", ("--jobs", "none"))
    filler, cases = Filler(f"{folder}-small"), 0
    for inodes in range(0, given.inodes):
        case = f"{inodes} inodes left"
        filler.leave_inodes(inodes)
        scene.ledger.upload(scene.client, {507}, case)
        filler.free()
        scene.answers(case)
        cases += 1
    scene.end("inodes")
    disks.unmount(f"{folder}-small")
    return cases, 0, scene.ledger


def run_reserve(folder, given):
    """With the reserve in force an upload is refused while a deletion still finds room."""
    tmpfs(f"{folder}-small", 64)
    scene = Scene(f"{folder}-small", f"{given.seed}/reserve", ("--jobs", "none"))
    scene.server.stop()
    # Back to the default, which is a tenth of so small a disk.
    del scene.settings[scene.settings.index("--storage-reserve"):scene.settings.index("--storage-reserve") + 2]
    scene.start()
    _, image = scene.ledger.upload(scene.client, (), "reserve, before")
    filler = Filler(f"{folder}-small")
    filler.leave((5 << 20) // 4096)
    status, _ = scene.ledger.upload(scene.client, {507}, "reserve")
    if status != 507:
        scene.ledger.wrong.append(f"reserve: an upload was answered with {status}")
    scene.ledger.delete(scene.client, image, (), "reserve")
    filler.free()
    scene.answers("reserve")
    scene.end("reserve")
    disks.unmount(f"{folder}-small")
    return 2, 0, scene.ledger
