"""What every host has in common: comments, a token, a list of requests, and faults to strike with."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "tok-3c0ffee-5ecret"
ME = "guardian-bot"
PAGE = 100


@dataclass(kw_only=True)
class Stored:
    """A comment as a host keeps it; `system` is what the host itself wrote in somebody's name."""

    author: str
    body: str
    id: int = 0
    system: bool = False


@dataclass(kw_only=True)
class Fault:
    """What happens to the next requests in place of their answer.

    Attributes:
        method, path: Only to this method and this path; empty for any.
        status: Answered with, if it is not 0.
        cut: Whether the connection ends within the answer.
        delay_s: How long nothing comes.
        done: Whether the request takes effect all the same: the answer alone is lost.
        times: How often.
    """

    method: str = ""
    path: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "as told"}'
    cut: bool = False
    delay_s: float = 0.0
    done: bool = False
    times: int = 1

    def strikes(self, request: "Request") -> bool:
        return self.method in {"", request.method} and self.path in {"", request.path}


@dataclass(frozen=True, kw_only=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(status=404, document={"message": "Not Found"})


class HostServer:
    """A running host; each kind says how it is spoken to."""

    limit = 65_536
    creation = ""

    def __init__(self) -> None:
        self.comments: list[Stored] = []
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self._last = 100
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.host = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, author: str, body: str, *, system: bool = False) -> Stored:
        """Keep a comment."""
        self._last += 1
        made = Stored(author=author, body=body, id=self._last, system=system)
        self.comments.append(made)
        return made

    def environment(self) -> dict[str, str]:
        """Return the variables of a job on a pull request of this host."""
        raise NotImplementedError

    def is_signed_in(self, request: Request) -> bool:
        """Tell whether the request carries the token."""
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """Do what is asked."""
        raise NotImplementedError

    def unknown(self) -> Answer:
        """Answer who is not signed in."""
        return Answer(status=401, document={"message": "Bad credentials"})

    def by_id(self, number: str) -> Stored | None:
        """Return a comment."""
        return next((each for each in self.comments if str(each.id) == number), None)

    def handle(self, request: Request) -> tuple[Answer, Fault | None]:
        """Answer, or say which fault strikes."""
        with self._lock:
            self.requests.append(request)
            fault = next((each for each in self.faults if each.strikes(request)), None)
            if fault is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                if not fault.done:
                    return Answer(), fault
            return (self.answer(request) if self.is_signed_in(request) else self.unknown()), fault

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    @contextlib.contextmanager
    def running(self) -> Iterator["HostServer"]:
        """Serve while the block lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    host: HostServer
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients go away, and refuse certificates, on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(address.path),
            query={name: given[-1] for name, given in parse_qs(address.query).items()},
            body=json.loads(raw) if raw else None,
            headers={name.lower(): text for name, text in self.headers.items()},
        )
        answer, fault = self.server.host.handle(request)
        status, headers = answer.status, dict(answer.headers)
        body = json.dumps(answer.document).encode()
        if fault is not None:
            time.sleep(fault.delay_s)
            if fault.status:
                status, headers, body = fault.status, dict(fault.headers), fault.body
        self.send_response(status)
        for name, text in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault is not None and fault.cut:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = _any  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Write nothing to stderr."""
