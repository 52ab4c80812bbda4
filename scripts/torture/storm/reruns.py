"""Times how soon jobs whose worker died run again, beside whatever the script does in the meantime."""
import threading
import time

EVERY = 0.05
GIVE_UP = 60
ENDED = ("completed", "failed", "cancelled")


class Reruns:
    """A thread of its own looks at the jobs it was given, until each was started again or has ended."""

    def __init__(self, store, report, within):
        self.store = store
        self.report = report
        self.within = within
        self.waiting = {}
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.unhurt = 0
        self.given_up = 0
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def add(self, held, name, begin=None):
        """Rows of `Pair.active_jobs`, as they were just before the death; a job that waits already keeps its first moment."""
        with self.lock:
            for job, fence, losses, *_ in held:
                if job not in self.waiting or self.waiting[job][0] < fence:
                    self.waiting[job] = (fence, losses, begin or time.monotonic(), name)

    def wait_for(self, held):
        jobs = {row[0] for row in held}
        end = time.monotonic() + GIVE_UP + 5
        while jobs & self.jobs_waiting():
            if not self.thread.is_alive() or time.monotonic() > end:
                self.report.breach("reruns", f"nobody saw {jobs} run again")
                return
            time.sleep(EVERY)

    def jobs_waiting(self):
        with self.lock:
            return set(self.waiting)

    def end(self):
        """Waits for those that are left."""
        end = time.monotonic() + GIVE_UP + 5
        while self.jobs_waiting() and time.monotonic() < end:
            time.sleep(EVERY)
        self.is_over.set()
        self.thread.join()

    def watch(self):
        while not self.is_over.wait(EVERY):
            with self.lock:
                waiting = dict(self.waiting)
            for job, state in waiting.items():
                if self.settles(job, *state):
                    with self.lock:
                        # Unless it died again meanwhile.
                        if self.waiting[job] == state:
                            del self.waiting[job]

    def settles(self, job, fence, losses, begin, name):
        seconds = time.monotonic() - begin
        rows = self.store.rows("SELECT fence, state, crashes FROM jobs WHERE id = ?", job)
        if rows and rows[0][0] == fence and rows[0][1] not in ENDED:
            if seconds > GIVE_UP:
                self.report.breach("reruns", f"job {job} did not run again in {GIVE_UP} s")
            return seconds > GIVE_UP
        if rows and rows[0][0] > fence:
            self.measure(job, losses, seconds, name)
        elif rows and rows[0][1] == "failed":
            self.given_up += 1
        else:
            self.unhurt += 1
        return True

    def measure(self, job, losses, seconds, name):
        self.report.measure(name if losses == 0 else name + ", its server died before", seconds)
        if seconds > self.within:
            self.report.breach("reruns", f"job {job} ran again after {seconds:.1f} s")
