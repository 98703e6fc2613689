"""The format as documented: read by a program of its own, and a store that an earlier version wrote."""

import hashlib
import itertools
import json
import re
import struct
from pathlib import Path
from typing import Any

import zstandard

from guardian.domain.journal import Kind
from guardian.domain.snapshot import Layout
from guardian.repository.check import check_project
from guardian.repository.journal import list_runs, read_run
from guardian.repository.objects import ObjectKind
from tests.fakes.blobs import FakeBlobStore
from tests.support.projects import open_project
from tests.support.repository_v1 import AFTER, BEFORE, load, make

PAGE = (Path(__file__).parents[2] / "docs" / "repository-format.md").read_text()


class OtherProgram:
    """Reads a repository by the page alone: nothing of guardian is used here."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self._bodies = bodies
        config = json.loads(bodies["config.json"])
        assert config["format"] == 1
        rest = {name: value for name, value in config.items() if name != "digest"}
        canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(canonical.encode()).hexdigest() == config["digest"]

    def unwrap(self, key: str) -> bytes:
        body = self._bodies[key]
        assert body[:6] == b"GRDN\x01\x00"
        return zstandard.ZstdDecompressor().decompress(body[6:])

    def object(self, kind: str, object_id: str) -> bytes:
        content = self.unwrap(f"objects/{object_id[:2]}/{object_id}")
        assert hashlib.sha256(kind.encode() + b"\0" + content).hexdigest() == object_id
        return content

    def state_id(self, project: str) -> str:
        return hashlib.sha256(b"project\0" + project.encode()).hexdigest()[:32]

    def records(self, project: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        previous = ""
        for number in itertools.count(1):
            key = f"states/{self.state_id(project)}/log/{number:012d}"
            if key not in self._bodies:
                return found
            record = json.loads(self.unwrap(key))
            assert (record["number"], record["previous"]) == (number, previous)
            previous = hashlib.sha256(self._bodies[key]).hexdigest()
            found.append(record)
        raise AssertionError

    def snapshots(self, project: str) -> list[dict[str, Any]]:
        ids = [
            each["body"]["snapshot_id"]
            for each in self.records(project)
            if each["kind"] == "snapshot_committed"
        ]
        return [json.loads(self.unwrap(f"states/{self.state_id(project)}/snapshots/{each}")) for each in ids]

    def state(self, reference: dict[str, Any]) -> bytes:
        if reference["layout"] == "whole":
            return self.object("state", reference["object"])
        recipe = self.object("recipe", reference["object"])
        magic, length, digest, pack_count, run_count = struct.unpack_from("<4sQ32sII", recipe)
        assert magic == b"GRC1"
        ids = [recipe[52 + 32 * each : 84 + 32 * each].hex() for each in range(pack_count)]
        at = 52 + 32 * pack_count
        sizes, at = self.column(recipe, at, pack_count)
        packs, at = self.column(recipe, at, run_count)
        counts, at = self.column(recipe, at, run_count)
        steps, at = self.column(recipe, at, run_count)
        lengths, at = self.column(recipe, at, run_count)
        pieces = [self.pack(each) for each in ids]
        assert sizes == [len(self.object("pack", each)) for each in ids]
        ends = [0] * pack_count
        state = b""
        for pack, count, step, run_length in zip(packs, counts, steps, lengths, strict=True):
            first = ends[pack] + (step // 2 if step % 2 == 0 else -(step + 1) // 2)
            ends[pack] = first + count
            run = b"".join(pieces[pack][first : first + count])
            assert len(run) == run_length
            state += run
        assert (len(state), hashlib.sha256(state).digest()) == (length, digest)
        return state

    def pack(self, object_id: str) -> list[bytes]:
        content = self.object("pack", object_id)
        magic, count = struct.unpack_from("<4sI", content)
        assert magic == b"GPK1"
        lengths, at = self.column(content, 8, count)
        ends = list(itertools.accumulate(lengths, initial=at))
        return [content[start:end] for start, end in itertools.pairwise(ends)]

    def column(self, content: bytes, at: int, count: int) -> tuple[list[int], int]:
        width = content[at]
        starts = range(at + 1, at + 1 + count * width, width)
        return [
            int.from_bytes(content[each : each + width], "little") for each in starts
        ], at + 1 + count * width


def is_read_by_the_other_program(store: FakeBlobStore) -> None:
    other = OtherProgram(store.bodies)
    snapshots = other.snapshots("net")
    assert [other.state(each["state"]) for each in snapshots] == [BEFORE, AFTER]
    assert [other.state(each["refreshed"]) for each in snapshots] == [BEFORE + b"\n", AFTER + b"\n"]
    tree = json.loads(other.object("tree", snapshots[0]["configuration"]["tree"]))
    files = {each["path"]: other.object("file", each["object"]) for each in tree["files"]}
    assert files == {"main.tf": b"# a", "prod.tfvars": b"x = 1"}
    assert json.loads(other.object("backend", snapshots[0]["backend_object"]))["address"] == "net.tfstate"
    assert other.records("net")[-1]["standing"]["last_run"]["outcome"] == "applied"


def test_another_program_reads_what_is_written_now() -> None:
    is_read_by_the_other_program(make())


def test_another_program_reads_the_first_store() -> None:
    is_read_by_the_other_program(load())


def test_the_first_store_is_read_for_ever() -> None:
    project = open_project(load())
    after, before = project.snapshots()
    assert [each.layout for each in (*after.states, *before.states)] == [Layout.RECIPE] * 4
    assert [project.get_state(each) for each in before.states] == [BEFORE, BEFORE + b"\n"]
    assert [project.get_state(each) for each in after.states] == [AFTER, AFTER + b"\n"]
    assert project.resolve("baseline") == after
    assert [each.outcome for each in list_runs(project.log)] == ["applied"]
    assert Kind.ENGINE_EVENTS in [each.kind for each in read_run(project.log, "run-1")]
    assert list(check_project(project, read_data=True)) == []


def test_the_first_store_can_be_written_on() -> None:
    store = load()
    records = len([key for key in store.bodies if "/log/" in key])
    open_project(store).log.append(Kind.NOTE, {"text": "a later version was here"})
    assert len(list(open_project(store).log.read())) == records + 1


def test_the_page_names_every_kind_of_object_and_every_record_that_moves_the_standing() -> None:
    objects = PAGE.partition("## Objects")[2].partition("### Large states")[0]
    rows = re.findall(r"^\| (`.*`) \|", objects, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == {
        str(each) for each in ObjectKind
    }
    standing = PAGE.partition("### Standing")[2].partition("### The lease")[0]
    rows = re.findall(r"^\| (`.*?`) \|", standing, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named <= {str(each) for each in Kind}
    assert len(named) == 17
