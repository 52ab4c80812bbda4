"""wrk, pinned to one core, and what it counted."""

import re
import subprocess

from .place import Trouble


def load(port, path, seconds, headers=None, connections=64, core=1):
    """Requests answered. Ends the part when one of them was an error or got no answer."""
    words = [word for name, value in (headers or {}).items() for word in ("-H", f"{name}: {value}")]
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *words,
               f"http://127.0.0.1:{port}{path}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", text)
    count = re.search(r"(\d+) requests in", text)
    if errors or not count or int(count[1]) == 0:
        raise Trouble(f"wrk on {path}: {errors[0] if errors else text}")
    return int(count[1])
