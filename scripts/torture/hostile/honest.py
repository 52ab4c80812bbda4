"""A client that uploads small good pictures, ten a second at most, and takes the time of each.

A process of its own: beside senders in the same one, it would time how long their work keeps Python from it.
"""

import json
import pathlib
import select
import subprocess
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from hostile.client import Client, good_png, variations  # noqa: E402


class Honest:
    """Works from its making on, until it is stopped."""

    def __init__(self, port):
        self.process = subprocess.Popen(
            [sys.executable, "-B", __file__, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def stop(self):
        """The seconds that each upload took, and every answer that was not 201."""
        answer, _ = self.process.communicate(timeout=60)
        return json.loads(answer)


def work(port):
    client, pictures, seconds, wrong = Client(port), variations(good_png(1)), [], []
    # Whoever started this waits for a line, and closes the other pipe when it is enough.
    print("ready", flush=True)
    took = 0.0
    while not select.select([sys.stdin], [], [], max(0.0, 0.1 - took))[0]:
        try:
            status, _, _, took = client.upload("honest.png", next(pictures))
        except OSError as error:
            wrong.append(repr(error))
            continue
        seconds.append(took)
        if status != 201:
            wrong.append(status)
    print(json.dumps([seconds, wrong]), flush=True)


if __name__ == "__main__":
    work(int(sys.argv[1]))
