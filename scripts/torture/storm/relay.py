"""Stands between a client and a server's Unix socket and plays a bad network."""
import os
import socket
import threading
import time

# fair     passes everything on
# stalled  passes nothing on and keeps connections open
# deaf     passes on what clients send, and nothing that the server answers; connections from before stay so, as behind a firewall
#          that forgot them
# halved   passes half of each piece on and then ends the connection
# cut      ends every connection, and each new one at once
MOODS = ("stalled", "deaf", "halved", "cut")


class Relay:
    def __init__(self, folder, server):
        """Listens where libpq looks for a server in `folder`, and connects to `server`, the path of a socket."""
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.server = server
        self.mood = "fair"
        self.lock = threading.Lock()
        self.pairs = set()
        # Those that were there while it was deaf.
        self.forgotten = set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(folder, ".s.PGSQL.5432"))
        os.chmod(os.path.join(folder, ".s.PGSQL.5432"), 0o777)
        self.listener.listen(128)
        self.is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, mood):
        with self.lock:
            self.mood = mood
            if mood == "deaf":
                self.forgotten |= self.pairs
            ended = list(self.pairs) if mood == "cut" else []
        for pair in ended:
            _end(pair)

    def close(self):
        self.is_closed = True
        self.listener.close()
        self.become("cut")

    def _accept(self):
        while not self.is_closed:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            onward = socket.socket(socket.AF_UNIX)
            try:
                if self.mood == "cut":
                    raise ConnectionRefusedError
                onward.connect(self.server)
            except OSError:
                client.close()
                onward.close()
                continue
            pair = (client, onward)
            with self.lock:
                self.pairs.add(pair)
            for source, target, is_answer in ((client, onward, False), (onward, client, True)):
                threading.Thread(target=self._pass, args=(pair, source, target, is_answer), daemon=True).start()

    def _pass(self, pair, source, target, is_answer):
        try:
            while data := source.recv(65536):
                while self.mood == "stalled" and not self.is_closed:
                    time.sleep(0.005)
                if is_answer and (self.mood == "deaf" or pair in self.forgotten):
                    continue
                if self.mood == "halved":
                    target.sendall(data[:len(data) // 2])
                    break
                target.sendall(data)
        except OSError:
            pass
        _end(pair)
        with self.lock:
            self.pairs.discard(pair)
            self.forgotten.discard(pair)


def _end(pair):
    for line in pair:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
