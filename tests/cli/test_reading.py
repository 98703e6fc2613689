"""The commands that read and mark a store: no engine, no checkout."""

import json
from pathlib import Path
from typing import Any

import pytest

from guardian.cli.app import main
from guardian.cli.views.receipt import receipt_markdown, receipt_text
from guardian.cli.views.terminal import PLAIN
from guardian.domain.journal import Kind
from tests.cli import store, values

KEYS = {"type", "command", "outcome", "exit_code", "error", "instances"} | {
    f"{each}_id" for each in ("run", "snapshot", "baseline")
}


@pytest.fixture
def history(tmp_path: Path) -> tuple[str, str]:
    return store.with_history(tmp_path / ".guardian")


def answer(capsys: pytest.CaptureFixture[str], *argv: str, exit_code: int = 0) -> list[dict[str, Any]]:
    """Run a command in JSON mode and return the lines between the first and the result, which comes last."""
    assert main([*argv, "--json"]) == exit_code
    first, *rest = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first["type"] == "version"
    assert rest[-1]["type"] == "result"
    assert rest[-1].keys() >= KEYS
    assert rest[-1]["exit_code"] == exit_code
    assert all(each["type"] != "result" for each in rest[:-1])
    return rest


def test_status(history, capsys):
    [result] = answer(capsys, "status")
    assert (result["project"], result["baseline_id"], result["run_id"]) == (
        "network",
        history[0],
        store.FAILED,
    )
    assert result["baseline"]["snapshot_id"] == history[0]
    assert result["hold"]["run_id"] == store.FAILED
    assert result["last_run"]["exit_code"] == 3
    assert result["lease"] is None
    assert result["next"]["command"] == "guardian restore"


def test_status_shows_no_control_character(history, capsys):
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    assert "\\x1b[2Jboom" in shown
    assert "\x1b" not in shown


def test_run_list_and_show(history, capsys):
    *runs, result = answer(capsys, "run", "list")
    assert [(each["id"], each["outcome"]) for each in runs] == [
        (store.FAILED, "failed_held"),
        (store.GOOD, "applied"),
    ]
    assert result["command"] == "run list"
    *records, result = answer(capsys, "run", "show")
    assert result["run_id"] == store.FAILED
    assert result["incident"]["instances"]["failed"] == ["aws_sqs_queue.jobs"]
    assert [each["kind"] for each in records] == [
        "run_opened",
        "snapshot_committed",
        "incident_opened",
        "held",
        "run_closed",
    ]
    [*_, result] = answer(capsys, "run", "show", store.GOOD[:-3])
    assert (result["run_id"], result["incident"], result["instances"]) == (store.GOOD, None, store.NOTHING)


def test_an_unknown_run_is_refused(history, capsys):
    [result] = answer(capsys, "run", "show", "2020", exit_code=1)
    assert result["error"]["code"] == "not_found"


def test_the_receipt_of_a_run_is_printed_again(history, tmp_path, capsys):
    older, newer = store.with_receipts(tmp_path / ".guardian", values.PROVEN, values.FULL)
    [line, result] = answer(capsys, "run", "receipt")
    assert line == {"type": "receipt", **json.loads(json.dumps(values.FULL.to_json()))}
    assert (result["run_id"], result["snapshot_id"]) == (newer, values.FULL.snapshot_id)
    [line, result] = answer(capsys, "run", "receipt", older)
    assert (line["proven"], result["run_id"]) == (True, older)
    assert main(["run", "receipt"]) == 0
    assert capsys.readouterr().out == receipt_text(values.FULL, PLAIN) + "\n"
    assert main(["run", "receipt", "last", "--markdown"]) == 0
    assert capsys.readouterr().out == receipt_markdown(values.FULL, project="network", run_id=newer)


@pytest.mark.parametrize("run", [[], ["last"], [store.FAILED]])
def test_a_run_without_a_receipt_says_which_have_one(history, capsys, run):
    [result] = answer(capsys, "run", "receipt", *run, exit_code=1)
    assert result["error"]["code"] == "not_found"
    assert "guardian run list" in result["error"]["hint"]


def test_a_receipt_of_a_later_version_is_no_crash(history, tmp_path, capsys):
    of = store.project(tmp_path / ".guardian")
    store.open_run(of, "20260302T000000Z-000001", operation="restore")
    written = values.PROVEN.to_json() | {"from_tomorrow": 1}
    of.log.append(Kind.RECEIPT, {"receipt": written, "proven": True}, run_id="20260302T000000Z-000001")
    [line, _] = answer(capsys, "run", "receipt")
    assert line == {"type": "receipt", **json.loads(json.dumps(values.PROVEN.to_json()))}


def test_a_receipt_that_lacks_its_parts_is_no_crash(history, tmp_path, capsys):
    of = store.project(tmp_path / ".guardian")
    store.open_run(of, "20260302T000000Z-000001", operation="restore")
    of.log.append(Kind.RECEIPT, {"receipt": {}, "proven": True}, run_id="20260302T000000Z-000001")
    [result] = answer(capsys, "run", "receipt", exit_code=1)
    assert result["error"]["code"] == "store_corrupt"
    assert "--json" in result["error"]["hint"]


def test_snapshot_list_and_show(history, capsys):
    baseline, latest = history
    *lines, result = answer(capsys, "snapshot", "list")
    assert [(each["id"], each["baseline"], each["serial"]) for each in lines] == [
        (latest, False, 2),
        (baseline, True, 1),
    ]
    assert lines[0].keys() >= {"type", "id", "kind", "taken_at", "serial", "lineage", "baseline"}
    assert result["baseline_id"] == baseline
    for name, expected in (("baseline", baseline), ("latest", latest), (latest[:8], latest)):
        [line, result] = answer(capsys, "snapshot", "show", name)
        assert line["id"] == result["snapshot_id"] == expected


def test_an_unknown_snapshot_lists_what_there_is(history, capsys):
    [result] = answer(capsys, "snapshot", "show", "0123456789", exit_code=1)
    assert result["error"]["code"] == "not_found"
    assert history[1][:8] in result["error"]["message"] + result["error"]["hint"]


def test_snapshot_diff_names_paths_and_masks_secrets(history, capsys):
    *lines, result = answer(capsys, "snapshot", "diff", "baseline", "latest")
    assert {each["address"]: each["kind"] for each in lines} == {
        'aws_vpc.v["a"]': "changed",
        'aws_vpc.v["b"]': "removed",
        'aws_vpc.v["c"]': "added",
    }
    changed = next(each for each in lines if each["kind"] == "changed")
    assert {tuple(each["path"]) for each in changed["paths"]} == {("tag",), ("password",)}
    assert store.SECRET not in json.dumps([*lines, result])
    assert main(["snapshot", "diff", "baseline", "latest"]) == 0
    shown = capsys.readouterr().out
    assert 'tag: "x" -> "z"' in shown
    assert store.SECRET not in shown


@pytest.mark.parametrize("argv", [["baseline"], [], ["a", "b", "c"]])
def test_snapshot_diff_takes_two(history, capsys, argv):
    [result] = answer(capsys, "snapshot", "diff", *argv, exit_code=1)
    assert result["error"]["code"] == "usage"


def test_snapshot_verify_tells_sound_from_broken(history, capsys, tmp_path):
    *lines, _ = answer(capsys, "snapshot", "verify")
    assert [each["sound"] for each in lines] == [True, True]
    objects = sorted((tmp_path / ".guardian" / "objects").rglob("*"), key=lambda each: each.as_posix())
    for each in objects:
        if each.is_file():
            body = bytearray(each.read_bytes())
            body[-1] ^= 1
            each.chmod(0o600)
            each.write_bytes(body)
    *lines, result = answer(capsys, "snapshot", "verify", "baseline", exit_code=1)
    assert [each["sound"] for each in lines] == [False]
    assert lines[0]["findings"]
    assert all("objects/" in each and "Finding(" not in each for each in lines[0]["findings"])
    assert result["error"]["code"] == "store_corrupt"


def test_hold_and_release(tmp_path, capsys):
    store.project(tmp_path / ".guardian")
    [result] = answer(capsys, "release", "--reason=x")
    assert result["released"] is None
    [result] = answer(capsys, "hold", exit_code=1)
    assert result["error"]["code"] == "usage"
    [result] = answer(capsys, "hold", "-reason", "database migration")
    assert result["hold"]["reason"] == "database migration"
    [result] = answer(capsys, "status")
    assert result["hold"]["reason"] == "database migration"
    [result] = answer(capsys, "hold", "--reason=again", exit_code=4)
    assert (result["outcome"], result["error"]["code"]) == ("refused", "refused")
    [result] = answer(capsys, "release", "--reason=done")
    assert result["released"]["reason"] == "database migration"
    [result] = answer(capsys, "status")
    assert result["hold"] is None


def test_a_project_is_found_by_name_from_anywhere(tmp_path, capsys, monkeypatch):
    place = tmp_path / "store"
    for name in ("network", "dns"):
        store.project(place, name)
    monkeypatch.setenv("GUARDIAN_STORE", str(place))
    [result] = answer(capsys, "status", "--project", "dns")
    assert result["project"] == "dns"
    [result] = answer(capsys, "status", exit_code=1)
    assert result["error"]["code"] == "ambiguous"
    assert "dns, network" in result["error"]["message"]
    [result] = answer(capsys, "status", "--project=nope", exit_code=1)
    assert result["error"]["code"] == "not_found"
    monkeypatch.setenv("GUARDIAN_PROJECT", "network")
    [result] = answer(capsys, "status")
    assert result["project"] == "network"


def test_where_no_store_is_nothing_is_made(tmp_path, capsys):
    for argv in (["status"], ["run", "list"], ["snapshot", "list"], ["hold", "--reason=x"]):
        [result] = answer(capsys, *argv, exit_code=1)
        assert result["error"]["code"] == "not_found"
        assert "nothing is recorded here yet" in result["error"]["message"]
        assert "guardian snapshot create" in result["error"]["hint"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_of_other_things_is_no_store(tmp_path, capsys):
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    [result] = answer(capsys, "status", f"--store={tmp_path}", exit_code=1)
    assert result["error"]["code"] == "store_format"


def test_what_is_suggested_repeats_what_was_typed(history, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    place = f"{tmp_path.name}/.guardian"
    assert main(["status", "--store", place, "--project=network"]) == 0
    assert f"Next: guardian restore --project=network --store={place}\n" in capsys.readouterr().out
    assert main([f"-chdir={tmp_path.name}", "snapshot", "show", "latest", "--store= x y"]) == 1
    assert f"Next: guardian apply -chdir={tmp_path.name} '--store= x y'    # or" in capsys.readouterr().err


def test_a_snapshots_state_is_exported_byte_for_byte(history, capsys, tmp_path):
    file = tmp_path / "state.json"
    [result] = answer(capsys, "snapshot", "export", "baseline", str(file))
    assert file.read_bytes() == store.state(1, a="x", b="y")
    assert file.stat().st_mode & 0o777 == 0o600
    assert (result["snapshot_id"], result["serial"], result["lineage"]) == (history[0], 1, "L")
    assert result["bytes"] == len(file.read_bytes())
    [result] = answer(capsys, "snapshot", "export", "latest", str(file), exit_code=1)
    assert "File exists" in result["error"]["message"]
    assert file.read_bytes() == store.state(1, a="x", b="y")
    [result] = answer(capsys, "snapshot", "export", "latest", exit_code=1)
    assert result["error"]["code"] == "usage"


def test_a_log_that_is_gone_makes_no_new_project(history, capsys, tmp_path):
    [log] = (tmp_path / ".guardian" / "states").glob("*/log")
    log.rename(tmp_path / "away")
    for argv in (["status"], ["hold", "--reason=x"], ["release", "--reason=x"]):
        [result] = answer(capsys, *argv, exit_code=1)
        assert result["error"]["code"] == "store_corrupt"
        assert "network is gone" in result["error"]["message"]
    assert not log.exists()


def test_a_group_without_a_command_is_one_message(capsys):
    [result] = answer(capsys, "snapshot", exit_code=1)
    assert result["error"]["message"] == "no command given"
    assert main(["run", "--store=x", "list"]) == 1
    assert "--store stands before the command" in capsys.readouterr().err


def test_settings_that_cannot_be_used_are_one_message(tmp_path, capsys):
    (tmp_path / "guardian.yaml").write_text("stor: x\n")
    [result] = answer(capsys, "status", exit_code=1)
    assert result["error"]["code"] == "settings"
    assert "store" in result["error"]["hint"]
