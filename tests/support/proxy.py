"""A fault-injecting HTTP proxy between AWS clients and the server that plays AWS.

In the same process it is controlled by its methods, from other processes over HTTP under `/__control__`:

    GET    counts              {"<service> <operation>": number}
    DELETE counts              count from zero
    GET    faults              the rules in force, with what they have seen and struck
    POST   faults              a rule as JSON; answers {"id": number}
    DELETE faults              all of them; `faults/<id>`: that one
    POST   faults/<id>/release let go what it holds
    PUT    latency             {"seconds": number}, for every request
"""

import contextlib
import http.client
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NoReturn
from urllib.parse import urlsplit

from tests.support.aws_requests import AwsRequest, error_answer, identify
from tests.support.faults import Fault, FaultBook, FaultKind, Strike

CONTROL = "/__control__/"
_UPSTREAM_S = 120
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
    }
)


class FaultProxy:
    """A running proxy; its rules take effect at once and for every connection."""

    def __init__(self, upstream: str, *, latency_s: float = 0.0) -> None:
        target = urlsplit(upstream)
        if target.hostname is None or target.port is None:
            raise ValueError(f"upstream must name a host and a port: {upstream}")
        self.upstream: tuple[str, int] = (target.hostname, target.port)
        self.latency_s = latency_s
        self.faults = FaultBook()
        self.problems: list[Exception] = []
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, action: FaultKind | str, **match: Any) -> int:
        """Put a `Fault` in force and return its number."""
        return self.faults.add(Fault(action=FaultKind(action), **match))

    def count(self, service: str, operation: str) -> int:
        """Return how many requests of an operation came by."""
        return self.faults.counts().get((service, operation), 0)

    def serve(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Stop serving; what is held is let go."""
        self.faults.clear()
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def fault_proxy(upstream: str, *, latency_s: float = 0.0) -> Iterator[FaultProxy]:
    """Run a proxy on a free loopback port until the block ends.

    Args:
        upstream: The server's URL, `http://127.0.0.1:<port>`.
        latency_s: Added to every request before it is forwarded.
    """
    proxy = FaultProxy(upstream, latency_s=latency_s)
    thread = threading.Thread(target=proxy.serve, name="fault-proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(timeout=10)
    if proxy.problems:
        raise ExceptionGroup("the proxy itself failed", proxy.problems)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    # Handlers sit in reads of idle keep-alive connections; nobody waits for those.
    block_on_close = False

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        # Connections that end early are what some tests are about; anything else is a mistake here.
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.proxy.problems.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body in one segment; else a delayed ACK costs 40 ms now and then.
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._upstream: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        self._hang_up()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay quiet."""

    def handle_expect_100(self) -> bool:
        answer = super().handle_expect_100()
        self.wfile.flush()
        return answer

    def _any(self) -> None:
        body = self._body()
        if self.path.startswith(CONTROL):
            self._control(body)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = identify(self.command, self.path, headers, body)
        if self.server.proxy.latency_s:
            time.sleep(self.server.proxy.latency_s)
        self._play(request, self.server.proxy.faults.arrive(request))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _any  # noqa: N815 - http.server's names

    def _play(self, request: AwsRequest, strike: Strike | None) -> None:
        if strike is None:
            self._answer(*self._forward(request))
            return
        if strike.is_a(FaultKind.ERROR_BEFORE):
            self._answer(*_error(request, strike.fault))
            return
        if strike.is_a(FaultKind.RESET_BEFORE):
            self._reset()
        if strike.is_a(FaultKind.DELAY, FaultKind.HOLD, FaultKind.HOLD_LOST):
            strike.wait()
        if strike.is_a(FaultKind.HOLD_LOST):
            self._reset()  # whoever sent it died before it had left
        status, headers, body = self._forward(request)
        if strike.is_a(FaultKind.ERROR_AFTER):
            self._answer(*_error(request, strike.fault))
        elif strike.is_a(FaultKind.RESET_AFTER):
            self._reset()
        elif strike.is_a(FaultKind.TRUNCATE):
            self._answer(status, headers, body, keep_bytes=strike.fault.keep_bytes)
        else:
            if strike.is_a(FaultKind.HOLD_AFTER):
                strike.wait()
            self._answer(status, headers, body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionAbortedError("the client hung up within its own request")
            return body
        parts: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _forward(self, request: AwsRequest) -> tuple[int, list[tuple[str, str]], bytes]:
        if self._upstream is None:
            self._upstream = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=_UPSTREAM_S)
        try:
            return self._ask(self._upstream, request)
        except (OSError, http.client.HTTPException) as error:
            # Never asked twice: a second forwarding would perform the operation twice.
            self._hang_up()
            return 502, [("Content-Type", "text/plain")], f"upstream: {error!r}".encode()

    def _ask(
        self, upstream: http.client.HTTPConnection, request: AwsRequest
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                upstream.putheader(name, value)
        if request.body or request.method in {"PUT", "POST", "PATCH"}:
            upstream.putheader("Content-Length", str(len(request.body)))
        upstream.endheaders(request.body or None)
        response = upstream.getresponse()
        body = response.read()
        headers = [each for each in response.getheaders() if each[0].lower() not in _HOP_BY_HOP]
        if response.will_close:
            self._hang_up()
        return response.status, headers, body

    def _answer(
        self, status: int, headers: list[tuple[str, str]], body: bytes, *, keep_bytes: int | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in headers:
            # The length of a HEAD's answer is of the body that is not sent.
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        bare = self.command == "HEAD" or status in {204, 304}
        if not bare:
            self.send_header("Content-Length", str(len(body)))
        if keep_bytes is not None:
            self.close_connection = True
        self.end_headers()
        if not bare:
            self.wfile.write(body[:keep_bytes])
        self.wfile.flush()

    def _reset(self) -> NoReturn:
        # Lingering for zero seconds makes close() send RST, which the shutdown of a polite end would not.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        raise ConnectionResetError("as the rule says")

    def _hang_up(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
            self._upstream = None

    def _control(self, body: bytes) -> None:
        try:
            answer = _controlled(self.server.proxy, self.command, self.path[len(CONTROL) :], body)
            status = 200
        except (ValueError, KeyError, TypeError) as error:
            status, answer = 400, {"error": str(error)}
        self._answer(status, [("Content-Type", "application/json")], json.dumps(answer).encode())


def _error(request: AwsRequest, fault: Fault) -> tuple[int, list[tuple[str, str]], bytes]:
    headers, body = error_answer(request, fault.status, fault.code, fault.message)
    return fault.status, list(headers.items()), body


def _controlled(proxy: FaultProxy, method: str, path: str, body: bytes) -> Any:
    match method, path.split("/"):
        case "GET", ["counts"]:
            return {" ".join(key): number for key, number in proxy.faults.counts().items()}
        case "DELETE", ["counts"]:
            proxy.faults.forget_counts()
        case "GET", ["faults"]:
            return proxy.faults.describe()
        case "POST", ["faults"]:
            return {"id": proxy.faults.add(Fault.from_json(json.loads(body)))}
        case "DELETE", ["faults"]:
            proxy.faults.clear()
        case "DELETE", ["faults", number]:
            proxy.faults.remove(int(number))
        case "POST", ["faults", number, "release"]:
            proxy.faults.release(int(number))
        case "PUT", ["latency"]:
            proxy.latency_s = float(json.loads(body)["seconds"])
        case _:
            raise ValueError(f"no control {method} {path}")
    return {}
