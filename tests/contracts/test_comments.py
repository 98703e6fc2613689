"""The port `CommentHost`: every code host, each against a server that behaves like its API, and the fake."""

import io
import logging
import ssl
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guardian.adapters.vcs import Patience, Target, comment_host, detect
from guardian.domain.review.host import Host
from guardian.errors import CommentError, ExitCode
from guardian.ports.comments import NOTHING_CHANGES, CommentHost, Deed
from tests.fakes.comments import FakeCommentHost
from tests.support.hosts.azure import BASIC, AzureServer
from tests.support.hosts.github import GitHubServer
from tests.support.hosts.gitlab import GitLabServer
from tests.support.hosts.server import ME, TOKEN, Fault, HostServer

MARKER = "<!-- guardian-review: 0123abcd -->"
BODY = f"{MARKER}\n## 3 to change\n\n| a | b |\n| - | - |\n\nä ✓\n"
OTHER = "<!-- guardian-review: ffffffff -->\nanother root module"
SERVERS: dict[str, type[HostServer]] = {"github": GitHubServer, "gitlab": GitLabServer, "azure": AzureServer}


class FakeServer(HostServer):
    """The comments of the fake, in the form in which those of servers are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeCommentHost()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[HostServer]:
    with SERVERS[request.param]().running() as started:
        yield started


def target_of(server: HostServer, **changed: str) -> Target:
    target = detect(server.environment() | changed)
    assert target is not None
    return target


def host_of(server: HostServer, **changed: str) -> CommentHost:
    return comment_host(target_of(server, **changed), patience=Patience(wait_s=0.05))


def refused(server: HostServer, **changed: str) -> CommentError:
    with pytest.raises(CommentError) as caught:
        host_of(server, **changed).publish(MARKER, BODY)
    assert caught.value.exit_code is ExitCode.NOT_POSTED
    assert TOKEN not in caught.value.message + caught.value.hint
    assert caught.value.hint
    return caught.value


def impatient(server: HostServer, *, total_s: float, request_s: int = 10) -> CommentHost:
    patience = Patience(request_s=request_s, total_s=total_s, wait_s=0.05)
    return comment_host(target_of(server), patience=patience)


class Stage:
    """A host with comments on it, whichever it is."""

    def __init__(self, host: CommentHost, add: Callable[[str, str], object], read: Callable[[], list[str]]):
        self.host = host
        self.add = add
        self.read = read


@pytest.fixture(params=[*SERVERS, "fake"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "fake":
        fake = FakeCommentHost(me=ME)
        yield Stage(
            fake,
            lambda author, body: fake.comments.append((author, body)),
            lambda: [body for _, body in fake.comments],
        )
        return
    with SERVERS[request.param]().running() as server:
        yield Stage(host_of(server), server.add, lambda: [each.body for each in server.comments])


def test_the_first_comment_is_made(stage):
    posted = stage.host.publish(MARKER, BODY)
    assert posted.deed is Deed.CREATED
    assert posted.url.startswith(("https://", "http://127.0.0.1"))
    assert stage.read() == [BODY]


def test_the_next_one_is_the_same_comment_edited(stage):
    first = stage.host.publish(MARKER, BODY)
    posted = stage.host.publish(MARKER, BODY + "more")
    assert (posted.deed, posted.url) == (Deed.EDITED, first.url)
    assert stage.read() == [BODY + "more"]


def test_what_says_the_same_is_left_alone(stage):
    stage.host.publish(MARKER, BODY)
    assert stage.host.publish(MARKER, BODY).deed is Deed.UNCHANGED
    assert stage.read() == [BODY]


def test_nothing_is_made_when_nothing_changes(stage):
    stage.add(ME, OTHER)
    assert stage.host.publish(MARKER, "").deed is Deed.NOT_NEEDED
    assert stage.read() == [OTHER]


def test_what_no_longer_changes_anything_says_so(stage):
    stage.host.publish(MARKER, BODY)
    assert stage.host.publish(MARKER, "").deed is Deed.EDITED
    assert stage.read() == [f"{MARKER}\n{NOTHING_CHANGES}\n"]
    assert stage.host.publish(MARKER, "").deed is Deed.UNCHANGED
    assert stage.host.publish(MARKER, BODY).deed is Deed.EDITED
    assert stage.read() == [BODY]


def test_of_several_the_first_is_edited(stage):
    stage.add(ME, f"{MARKER}\nfirst")
    stage.add(ME, f"{MARKER}\nsecond")
    assert stage.host.publish(MARKER, BODY).deed is Deed.EDITED
    assert stage.read() == [BODY, f"{MARKER}\nsecond"]


def test_a_marker_that_somebody_else_pasted_is_not_touched(stage):
    stage.add("mallory", f"{MARKER}\nall is well")
    assert stage.host.publish(MARKER, BODY).deed is Deed.CREATED
    assert stage.read() == [f"{MARKER}\nall is well", BODY]


def test_a_marker_in_the_middle_is_none(stage):
    stage.add(ME, f"quoted: {MARKER}")
    assert stage.host.publish(MARKER, BODY).deed is Deed.CREATED


def test_other_root_modules_keep_their_comments(stage):
    stage.add(ME, OTHER)
    stage.host.publish(MARKER, BODY)
    assert stage.read() == [OTHER, BODY]


def test_it_is_found_behind_many_pages(stage):
    for number in range(230):
        stage.add("alice", f"remark {number}")
    stage.add(ME, f"{MARKER}\nold")
    assert stage.host.publish(MARKER, BODY).deed is Deed.EDITED
    assert len(stage.read()) == 231
    assert stage.read()[-1] == BODY


def test_what_the_host_says_of_itself(stage):
    assert stage.host.kind in Host
    assert stage.host.repository.endswith("/infra")
    assert stage.host.commit == "a" * 40


# What follows is about the wire, which the fake has none of.


def test_a_token_that_is_not_accepted(server):
    name = next(name for name, value in server.environment().items() if value == TOKEN)
    with pytest.raises(CommentError) as caught:
        host_of(server, **{name: "wrong-token"}).publish(MARKER, BODY)
    assert "does not accept the token (401)" in caught.value.message
    assert name in caught.value.hint
    assert "wrong-token" not in caught.value.message + caught.value.hint
    assert len(server.requests) == 1


def test_a_token_without_rights(server):
    server.faults = [Fault(method="POST", path=server.creation, status=403, times=9)]
    error = refused(server)
    assert "does not let this token comment (403)" in error.message
    wanted = {
        GitHubServer: "pull-requests: write",
        GitLabServer: "api",
        AzureServer: "Contribute to pull requests",
    }
    assert wanted[type(server)] in error.hint
    assert server.faults[0].times == 8


def test_a_pull_request_that_is_not_there(server):
    number = {
        GitHubServer: ("GITHUB_REF", "refs/pull/8/merge"),
        GitLabServer: ("CI_MERGE_REQUEST_IID", "8"),
        AzureServer: ("SYSTEM_PULLREQUEST_PULLREQUESTID", "8"),
    }[type(server)]
    error = refused(server, **{number[0]: number[1]})
    assert "pull request 8) is not found, or hidden from this token (404)" in error.message


def test_a_comment_that_is_too_long(server):
    with pytest.raises(CommentError, match=r"takes the comment for invalid \(422\)|cannot be used \(400\)"):
        host_of(server).publish(MARKER, MARKER + "x" * server.limit)
    assert server.comments == []


def test_a_comment_of_the_longest_length_is_taken(server):
    host = host_of(server)
    assert host.kind.limit == server.limit
    assert host.publish(MARKER, MARKER.ljust(host.kind.limit, "x")).deed is Deed.CREATED


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_what_passes_is_tried_again(server, status):
    page = b"<html>bad gateway</html>"
    server.faults = [Fault(status=status, body=page, headers={"Content-Type": "text/html"})]
    assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED
    assert [each.body for each in server.comments] == [BODY]


def test_what_does_not_pass_ends_in_time(server):
    server.faults = [Fault(status=502, body=b"<html>bad gateway</html>", times=99)]
    before = time.monotonic()
    with pytest.raises(CommentError, match=r"answered 502, \d+ times"):
        impatient(server, total_s=2).publish(MARKER, BODY)
    assert time.monotonic() - before < 8


def test_a_creation_whose_answer_is_lost_is_not_repeated(server):
    server.faults = [Fault(method="POST", path=server.creation, status=502, done=True)]
    host_of(server).publish(MARKER, BODY)
    assert server.faults == []
    assert [each.body for each in server.comments] == [BODY]


def test_a_cut_answer_is_no_answer(server):
    server.faults = [Fault(cut=True, done=True, method="GET")]
    assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED
    assert [each.body for each in server.comments] == [BODY]


def test_an_answer_that_is_no_json(server):
    server.faults = [Fault(status=200, body=b"<html>welcome</html>", times=9)]
    assert "cannot be used" in refused(server).message


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"{}", b"[1, null]", b'{"value": [{}]}'])
def test_an_answer_of_another_shape(server, body):
    server.faults = [Fault(status=200, body=body, times=9)]
    assert "cannot be used" in refused(server).message


def test_a_limited_rate_is_waited_for_as_long_as_the_host_says(server):
    limited = {GitHubServer: 403}.get(type(server), 429)
    words = b'{"message": "You have exceeded a secondary rate limit"}'
    server.faults = [Fault(status=limited, headers={"Retry-After": "2"}, body=words)]
    before = time.monotonic()
    assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED
    assert time.monotonic() - before >= 2


def test_a_wait_that_is_too_long_is_said_at_once(server):
    server.faults = [Fault(status=429, headers={"Retry-After": "3600"}, times=9)]
    before = time.monotonic()
    error = refused(server)
    assert "limits the rate of requests (429) and asks to wait 3600 s" in error.message
    assert error.hint == "run the job again later"
    assert time.monotonic() - before < 5
    assert server.faults[0].times == 8


def test_a_limit_without_a_word_on_how_long_is_not_tried_again(server):
    server.faults = [Fault(status=429, times=9)]
    refused(server)
    assert server.faults[0].times == 8


def test_nobody_is_there(server):
    key = {GitHubServer: "GITHUB_API_URL", GitLabServer: "CI_API_V4_URL", AzureServer: "SYSTEM_COLLECTIONURI"}
    nobody = {key[type(server)]: "http://127.0.0.1:9/api/v4"}
    host = comment_host(target_of(server, **nobody), patience=Patience(total_s=1, wait_s=0.05))
    with pytest.raises(CommentError, match="did not answer"):
        host.publish(MARKER, BODY)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_host_that_is_silent_is_given_up(kind):
    with SERVERS[kind]().running() as server:
        server.faults = [Fault(delay_s=2, times=9)]
        before = time.monotonic()
        with pytest.raises(CommentError, match="did not answer"):
            impatient(server, request_s=1, total_s=1).publish(MARKER, BODY)
        assert 1 <= time.monotonic() - before < 5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=127.0.0.1", "-keyout", str(where), "-out", f"{where}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    where.write_text(where.read_text() + Path(f"{where}.crt").read_text())
    return where


@pytest.mark.parametrize("kind", SERVERS)
def test_a_certificate_of_nobody(kind, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = SERVERS[kind]()
    server.secure(context)
    with server.running():
        error = refused(server)
    assert "cannot be verified" in error.message
    assert "SSL_CERT_FILE" in error.hint
    assert server.requests == []


def test_the_token_is_in_no_log_and_no_traceback(server, caplog):
    caplog.set_level(logging.DEBUG)
    leaking = f'{{"message": "bad token {TOKEN}"}}'.encode()
    host_of(server).publish(MARKER, BODY)
    server.faults = [Fault(status=403, body=leaking, times=9)]
    with pytest.raises(CommentError) as caught:
        host_of(server).publish(MARKER, BODY)
    assert "bad token ***" in caught.value.message
    shown = io.StringIO()
    traceback.print_exception(caught.value, file=shown)
    assert TOKEN not in shown.getvalue()
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(target_of(server))


def test_words_of_the_host_are_cut(server):
    server.faults = [Fault(status=403, body=b'{"message": "' + b"very long " * 1000 + b'"}', times=9)]
    assert len(refused(server).message) < 500


def test_the_token_follows_no_redirect(server):
    with GitLabServer().running() as elsewhere:
        place = elsewhere.url.replace("127.0.0.1", "localhost") + "/api/v4/user"
        server.faults = [Fault(status=302, headers={"Location": place}, times=9)]
        refused(server)
        sent = str([each.headers for each in elsewhere.requests])
        assert TOKEN not in sent
        assert BASIC not in sent


def test_a_system_note_of_gitlab_is_no_comment():
    with GitLabServer().running() as server:
        server.add(ME, f"{MARKER} mentioned", system=True)
        assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED


def test_a_deleted_thread_of_azure_is_no_comment():
    with AzureServer().running() as server:
        assert isinstance(server, AzureServer)
        server.deleted.add(server.add(ME, MARKER).id)
        assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED
        assert server.statuses == ["closed"]


def test_a_comment_of_a_deleted_user_of_github_is_passed_over():
    with GitHubServer().running() as server:
        server.add("", f"{MARKER}\nghost")
        assert host_of(server).publish(MARKER, BODY).deed is Deed.CREATED


def test_the_primary_limit_of_github_names_its_end():
    with GitHubServer().running() as server:
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 1800)}
        words = b'{"message": "API rate limit exceeded for installation"}'
        server.faults = [Fault(status=403, headers=headers, body=words, times=9)]
        assert "asks to wait 1" in refused(server).message
