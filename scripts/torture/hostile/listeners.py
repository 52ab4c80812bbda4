#!/usr/bin/env python3
"""Thousands of followers of the event stream in one process: listeners.py COUNT PORT TOKEN

Says "open N" when all are connected, then for each line on its input waits for one more event on every connection and
says how long that took from the line to the last of them. Uses several loopback addresses, as one has too few ports.
"""

import asyncio
import sys
import time

ADDRESSES = 16


class Listeners:
    def __init__(self, count, port, token):
        self.count, self.port, self.token = count, port, token
        self.open = self.failed = self.gone = 0
        self.heard = {}

    async def one(self, number, gate):
        try:
            async with gate:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, local_addr=(f"127.0.1.{1 + number % ADDRESSES}", 0), limit=1 << 14)
                writer.write(f"GET /api/events HTTP/1.1\r\nHost: torture\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
                if b" 200 " not in head.split(b"\r\n")[0]:
                    raise ConnectionError(head[:100])
                self.open += 1
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self.heard.setdefault(int(line[4:]), []).append(time.monotonic())
            self.gone += 1
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            self.failed += 1

    async def run(self):
        gate, start = asyncio.Semaphore(100), time.monotonic()
        tasks = [asyncio.create_task(self.one(number, gate)) for number in range(self.count)]
        while self.open + self.failed < self.count and time.monotonic() - start < 180:
            await asyncio.sleep(0.1)
        print(f"open {self.open} {time.monotonic() - start:.2f}", flush=True)
        source = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(source), sys.stdin)
        while await source.readline():
            await self.report()
        for task in tasks:
            task.cancel()

    async def report(self):
        """Waits until nothing new has come for a while, then says how often and how quickly each event was heard."""
        total, still = -1, 0
        while still < 8:
            now = sum(len(times) for times in self.heard.values())
            still = still + 1 if now == total else 0
            total = now
            await asyncio.sleep(0.25)
        complete = sum(len(times) == self.open for times in self.heard.values())
        spread = max((max(times) - min(times) for times in self.heard.values()), default=0)
        print(f"heard {len(self.heard)} {complete} {total} {spread:.3f} {self.gone + self.failed}", flush=True)
        self.heard = {}


asyncio.run(Listeners(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).run())
