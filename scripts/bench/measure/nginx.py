"""Debian's nginx with a configuration of its own, as somebody who cares for speed would write it."""

import http.client
import socket
import subprocess
import time

from . import processes
from .place import Trouble

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
{modules}
events {{ worker_connections 4096; use epoll; }}
http {{
    types {{ image/webp webp; image/avif avif; image/jpeg jpg; }}
    default_type application/json;
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_timeout 75;
    keepalive_requests 1000000000;
    open_file_cache max=1000 inactive=60s;
    client_max_body_size 200m;
    client_body_buffer_size 128k;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/body;
    fastcgi_temp_path {folder}/body;
    uwsgi_temp_path {folder}/body;
    scgi_temp_path {folder}/body;
    server {{
        listen 127.0.0.1:{port} reuseport backlog=4096;
        root {folder}/www;
        {locations}
    }}
}}
"""


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


class Nginx:
    """nginx on files of `folder`/www. `locations` goes into its server block."""

    def __init__(self, folder, locations="", modules="", core=None, workers=1):
        self.folder, self.www, self.port = folder, folder / "www", free_port()
        for name in (self.www, folder / "body"):
            name.mkdir(parents=True, exist_ok=True)
            name.chmod(0o777)
        self.text = CONFIGURATION.format(folder=folder, port=self.port, locations=locations, modules=modules)
        if workers != 1:
            self.text = self.text.replace("worker_processes 1", f"worker_processes {workers}")
        # Started by root, nginx would run its worker as another account, and all files of a run belong to one.
        self.text = f"user {account()};" + self.text if account() == "root" else self.text
        (folder / "nginx.conf").write_text(self.text)
        self._start(core)

    def _start(self, core):
        pin = [] if core is None else ["taskset", "-c", str(core)]
        command = [*pin, "nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        log = self.folder / "nginx.log"
        raise Trouble(f"nginx did not start: {log.read_text()[-1000:] if log.exists() else 'it left no log'}")

    def cpu(self):
        return processes.cpu(self.pid)

    def ask(self, method, path, body=None, expect=(200,)):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.request(method, path, body)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        if answer.status not in expect:
            raise Trouble(f"nginx: {method} {path} was answered {answer.status}: {data[:300]!r}")
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.end(self.process)


def account():
    import getpass

    return getpass.getuser()
