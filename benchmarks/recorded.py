"""A cloud that answers at once: what it was asked before, it answers from memory after a fixed delay.

The fake cloud is one Python process and answers some 200 requests a second, whoever asks; a benchmark that
asks many things at once would measure it. So each question is passed on once, and its answer repeated from
memory until something is written. Both sides of a benchmark ask here.
"""

import asyncio
import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.support.aws_requests import AwsRequest, identify

READS = ("Get", "List", "Describe", "Head", "Lookup", "Batch")
_DROPPED = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})
_UPSTREAM_S = 300


class RecordedCloud:
    """A running server.

    Attributes:
        counts: How often each operation was asked, by service and operation.
        asked: What was asked since that list was emptied last.
    """

    def __init__(self, upstream: str, *, latency_s: float) -> None:
        target = urlsplit(upstream)
        self.upstream = (str(target.hostname), target.port)
        self.latency_s = latency_s
        self.counts: Counter[tuple[str, str]] = Counter()
        self.asked: list[AwsRequest] = []
        self.url = ""
        self._answers: dict[tuple[str, str, str, bytes], bytes] = {}
        self._pool = ThreadPoolExecutor(max_workers=16)

    def forget(self) -> None:
        """Ask everything anew: the cloud behind was changed by another way."""
        self._answers.clear()

    async def answer(self, request: AwsRequest, headers: list[tuple[str, str]]) -> bytes:
        """Return the whole answer, from memory where it is known."""
        self.counts[request.service, request.operation] += 1
        self.asked.append(request)
        key = (request.method, request.path, request.service + request.operation, request.body)
        loop = asyncio.get_running_loop()
        due = loop.time() + self.latency_s
        known = self._answers.get(key)
        if known is None:
            known = await loop.run_in_executor(self._pool, self._ask, request, headers)
            if request.operation.startswith(READS):
                self._answers[key] = known
            else:
                self.forget()
        await asyncio.sleep(due - loop.time())
        return known

    def _ask(self, request: AwsRequest, headers: list[tuple[str, str]]) -> bytes:
        upstream = http.client.HTTPConnection(*self.upstream, timeout=_UPSTREAM_S)
        try:
            upstream.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                if name.lower() not in _DROPPED:
                    upstream.putheader(name, value)
            upstream.putheader("Content-Length", str(len(request.body)))
            upstream.endheaders(request.body or None)
            response = upstream.getresponse()
            body = response.read()
            length = response.getheader("Content-Length") if request.method == "HEAD" else str(len(body))
            lines = [f"HTTP/1.1 {response.status} {response.reason}"]
            lines += [
                f"{name}: {value}" for name, value in response.getheaders() if name.lower() not in _DROPPED
            ]
            if response.status not in {204, 304}:
                lines.append(f"Content-Length: {length or 0}")
            return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        finally:
            upstream.close()


async def _serve(cloud: RecordedCloud, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = [
                (name, value.strip()) for name, _, value in (each.partition(":") for each in head[1:-2])
            ]
            by_name = {name.lower(): value for name, value in headers}
            if by_name.get("expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await _body(reader, by_name)
            writer.write(await cloud.answer(identify(method, path, by_name, body), headers))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length") or 0))
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return b"".join(parts)


@contextmanager
def recorded_cloud(upstream: str, *, latency_s: float) -> Iterator[RecordedCloud]:
    """Serve on a free loopback port until the block ends.

    Args:
        upstream: The fake cloud's URL.
        latency_s: How long every answer takes at least.
    """
    cloud = RecordedCloud(upstream, latency_s=latency_s)
    loop = asyncio.new_event_loop()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
        return _serve(cloud, reader, writer)

    server = loop.run_until_complete(asyncio.start_server(connected, "127.0.0.1", 0, backlog=512))
    cloud.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, name="recorded-cloud", daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
