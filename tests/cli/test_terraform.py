"""The commands that run the engine, as a person and as a pipeline use them; built-in resources only."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pexpect
import pytest

pytestmark = pytest.mark.terraform

GOOD = 'variable "size" { default = 1 }\nresource "terraform_data" "one" { input = var.size }\n'
BAD = """
resource "terraform_data" "bad" {
  provisioner "local-exec" { command = "exit 3" }
}
"""


@pytest.fixture
def module(tmp_path: Path, terraform: str) -> Path:
    root = tmp_path / "module"
    root.mkdir()
    (root / "main.tf").write_text(GOOD)
    return root


@pytest.fixture
def guardian(module: Path, guardian_exe: Path):
    def run(*argv: str, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
        ended = subprocess.run(
            [guardian_exe, *argv, "--json"],
            cwd=module,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # no terminal to be asked at
        )
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        assert lines[0]["type"] == "version"
        assert lines[-1]["type"] == "result"
        assert lines[-1]["exit_code"] == ended.returncode
        return ended.returncode, lines, ended.stderr

    return run


@pytest.fixture
def at_terminal(module: Path, guardian_exe: Path):
    started: list[pexpect.spawn] = []

    def spawn(*argv: str) -> pexpect.spawn:
        child = pexpect.spawn(
            str(guardian_exe),
            list(argv),
            cwd=str(module),
            env={**os.environ, "TERM": "xterm"},
            timeout=60,
            encoding="utf-8",
            dimensions=(40, 120),
        )
        started.append(child)
        return child

    yield spawn
    for each in started:
        each.close(force=True)


def test_a_failed_apply_holds_and_a_restore_mends(guardian, module):
    code, lines, _ = guardian("apply", "-auto-approve")
    assert (code, lines[-1]["outcome"]) == (0, "applied")
    assert lines[-1]["instances"]["done"] == ["terraform_data.one"]
    assert {"plan", "applying", "terraform"} <= {each["type"] for each in lines}
    code, lines, _ = guardian("apply", "-auto-approve")
    assert (code, lines[-1]["outcome"]) == (0, "no_changes")

    (module / "main.tf").write_text(GOOD + BAD)
    code, lines, stderr = guardian("apply", "-auto-approve", "-var", "size=2", "--on-failure=hold")
    assert (code, lines[-1]["outcome"]) == (3, "failed_held")
    assert lines[-1]["instances"]["failed"] == ["terraform_data.bad"]
    assert [each for each in lines if each["type"] == "incident"]
    assert stderr == ""

    code, lines, stderr = guardian("apply", "-auto-approve")
    assert (code, lines[-1]["outcome"], lines[-1]["error"]["code"]) == (4, "refused", "held")
    assert stderr.startswith("Error: ")

    code, lines, _ = guardian("restore", "--dry-run")
    assert (code, lines[-1]["outcome"]) == (2, "differences")
    code, lines, _ = guardian("restore", "-auto-approve")
    assert (code, lines[-1]["outcome"]) == (0, "restored")
    assert [each["proven"] for each in lines if each["type"] == "receipt"] == [True]
    code, lines, _ = guardian("restore", "-auto-approve")
    assert (code, lines[-1]["outcome"]) == (0, "ok")


def test_a_plan_is_saved_and_applied(guardian, module):
    code, lines, _ = guardian("plan", "-out", "my.tfplan", "-detailed-exitcode", "-var=size=7")
    assert (code, lines[-1]["outcome"]) == (2, "differences")
    assert (module / "my.tfplan").stat().st_mode & 0o077 == 0
    code, lines, _ = guardian("apply", "my.tfplan", "-var=size=8")
    assert (code, lines[-1]["error"]["code"]) == (1, "usage")
    assert "-var does not go with a saved plan" in lines[-1]["error"]["message"]
    code, lines, _ = guardian("apply", "my.tfplan")
    assert (code, lines[-1]["outcome"]) == (0, "applied")
    code, lines, _ = guardian("plan", "-detailed-exitcode", "-var=size=7")
    assert (code, lines[-1]["outcome"]) == (0, "no_changes")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["apply"], "no terminal"),
        (["apply", "-auto-approve", "--on-failure=ask"], "needs a terminal"),
        (["apply", "-auto-approve", "--on-failure=sometimes"], "is not one of"),
        (["apply", "-auto-approve", "--receipt=receipt.txt"], "neither .json nor .md"),
        (["apply", "-auto-approve", "--receipt=main.tf"], "neither .json nor .md"),
        (["apply", "-auto-approve", "--receipt=none/receipt.md"], "directory is not there"),
        (["restore", "-auto-approve", "--strategy=magic"], "is not one of"),
        (["restore", "latest", "--strategy=retry", "-auto-approve"], "not about a snapshot"),
        (["restore", "--dry-run", "--receipt=receipt.md"], "makes no receipt"),
        (["apply", "-auto-approve", "-parallelism=many"], "whole number"),
        (["apply", "-auto-aprove"], "unknown option"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_done(guardian, module, argv, message):
    code, lines, _ = guardian(*argv)
    assert (code, lines[-1]["error"]["code"]) == (1, "usage")
    assert message in lines[-1]["error"]["message"]
    assert not (module / "terraform.tfstate").exists()


def test_a_restore_without_a_terminal_says_what_to_type_instead(guardian, module):
    guardian("apply", "-auto-approve")
    code, lines, _ = guardian("restore", "-chdir=.", "latest")
    assert (code, lines[-1]["error"]["code"]) == (1, "usage")
    assert "no terminal" in lines[-1]["error"]["message"]
    assert lines[-1]["error"]["hint"].startswith("guardian restore -chdir=. latest -auto-approve")
    code, lines, _ = guardian("restore", "beefbeef")
    assert (code, lines[-1]["error"]["code"]) == (1, "not_found")


def test_a_restore_where_nothing_is_recorded_makes_nothing(guardian, module):
    before = sorted(module.iterdir())
    code, lines, _ = guardian("restore", "-auto-approve")
    assert (code, lines[-1]["error"]["code"]) == (1, "not_found")
    assert "nothing is recorded here yet" in lines[-1]["error"]["message"]
    assert sorted(module.iterdir()) == before


def test_a_variable_that_changes_the_command_is_refused(guardian, module):
    code, lines, _ = guardian("apply", "-auto-approve", TF_CLI_ARGS_plan="-destroy")
    assert (code, lines[-1]["error"]["code"]) == (1, "environment_refused")
    assert "TF_CLI_ARGS_plan" in lines[-1]["error"]["message"]


def test_a_snapshot_is_taken_by_hand(guardian):
    code, lines, _ = guardian("snapshot", "create", "-var=size=3")
    assert (code, lines[-1]["promoted"], lines[-1]["pending"]) == (0, False, 1)
    code, lines, _ = guardian("status")
    assert lines[-1]["next"]["command"] == "guardian apply"
    guardian("apply", "-auto-approve")
    code, lines, _ = guardian("snapshot", "create")
    assert (code, lines[-1]["promoted"]) == (0, True)


def test_doctor_says_what_is_there(guardian):
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert code == 0
    assert checks["engine"]["verdict"] == "ok"
    assert {each["key"] for each in lines if each["type"] == "setting"} >= {"store", "engine"}
    guardian("apply", "-auto-approve")
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert "gives it back" in checks["store"]["detail"]
    code, lines, _ = guardian("snapshot", "verify")
    assert code == 0


def test_doctor_says_what_is_missing_and_how_to_mend_it(guardian, module):
    code, lines, _ = guardian("doctor", "--engine=./nothing", TF_CLI_ARGS="-x")
    assert (code, lines[-1]["error"]["code"]) == (1, "not_ready")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert checks["engine"]["verdict"] == checks["environment"]["verdict"] == "fail"
    assert all(each["mend"] for each in checks.values() if each["verdict"] == "fail")
    (module / ".guardian").mkdir(mode=0o755)
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert (code, checks["permissions"]["verdict"]) == (1, "fail")
    assert "chmod" in checks["permissions"]["mend"]


def test_doctor_compiles_the_policy(guardian, module):
    rule = "{name: kept, match: %s, message: kept, severity: deny}"
    settings = module / "guardian.yaml"
    settings.write_text(f"policy:\n  rego: [policies]\n  rules:\n    - {rule % 'type'}\n")
    (module / "policies").mkdir()
    policy = module / "policies/a.rego"
    policy.write_text('package guardian\nimport rego.v1\ndeny contains "x" if count(input.changes) > 9\n')
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert (code, checks["policy"]["verdict"]) == (0, "ok")
    assert checks["policy"]["detail"] == "1 rule in JMESPath, 1 file of Rego"
    shown = {each["key"]: each["value"] for each in lines if each["type"] == "setting"}
    assert (shown["policy.rules"], shown["policy.rego"]) == (["kept"], [str(module / "policies")])
    policy.write_text("package guardian\nimport rego.v1\ndeny contains x if { x := }\n")
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert (code, checks["policy"]["verdict"], checks["policy"]["mend"]) == (1, "fail", f"opa check {policy}")
    settings.write_text("policy:\n  rules:\n    - " + rule % "'!after.name'")
    code, lines, _ = guardian("doctor")
    checks = {each["name"]: each for each in lines if each["type"] == "check"}
    assert (code, checks["policy"]["mend"]) == (1, "write `!(a.b)`")
    assert checks["policy"]["detail"].startswith(f"{settings}:3: the rule 'kept' ")


def test_a_person_approves_with_yes_alone(at_terminal, module):
    child = at_terminal("apply")
    child.expect("Terraform will perform the following actions")
    child.expect("Only 'yes' will be accepted")
    child.expect("Enter a value: ")
    child.sendline("y")
    child.expect("apply cancelled")
    child.wait()
    assert child.exitstatus == 4
    assert not (module / "terraform.tfstate").exists()
    child = at_terminal("apply")
    child.expect("Enter a value: ")
    child.sendline("yes")
    child.expect("terraform_data.one created in .*1 of 1")
    child.expect("Applied: 1 done")
    child.wait()
    assert child.exitstatus == 0


def test_an_interrupt_while_asking_ends_the_run(at_terminal, module):
    child = at_terminal("apply")
    child.expect("Enter a value: ")
    child.sendintr()
    child.expect("interrupted")
    child.wait()
    assert child.exitstatus == 130
    assert not (module / "terraform.tfstate").exists()


def test_a_person_chooses_after_a_failure(at_terminal, module, guardian):
    guardian("apply", "-auto-approve")
    (module / "main.tf").write_text(GOOD + BAD)
    child = at_terminal("apply", "-auto-approve", "-var=size=2")
    child.expect("The apply failed at terraform_data.bad")
    child.expect("What now")
    child.expect("1. hold")
    child.expect("2. reapply")
    child.expect("touches: ")
    child.expect("guardian restore --strategy reapply -auto-approve")
    child.sendline("2")
    child.expect("The way back: reapply")
    child.expect("Restored to .*, proven")
    child.wait()
    assert child.exitstatus == 5


def test_a_person_chooses_the_way_back_at_three_in_the_morning(at_terminal, module, guardian):
    guardian("apply", "-auto-approve")
    (module / "main.tf").write_text(GOOD + BAD)
    assert guardian("apply", "-auto-approve", "-var=size=2")[0] == 3
    child = at_terminal("restore", "--receipt=receipt.md")
    child.expect("The apply failed at terraform_data.bad")
    child.expect("What now")
    child.expect("1. hold")
    child.expect("2. reapply")
    child.expect("3. destroy-created")
    child.sendline("1")
    child.expect("everything stays as it is, on hold")
    child.wait()
    assert child.exitstatus == 4
    assert not (module / "receipt.md").exists()
    child = at_terminal("restore", "--receipt=receipt.md")
    child.expect("2. reapply")
    child.sendline("2")
    child.expect("Enter a value: ")
    child.sendline("yes")
    child.expect("Restored to .*, proven")
    child.expect("Wrote the receipt to receipt.md")
    child.wait()
    assert child.exitstatus == 0
    assert (module / "receipt.md").read_text().startswith("# Recovery of ")
    assert (module / "receipt.md").stat().st_mode & 0o077 == 0


def test_a_restore_that_is_told_how_asks_only_for_approval(at_terminal, module, guardian):
    guardian("apply", "-auto-approve")
    (module / "main.tf").write_text(GOOD + BAD)
    guardian("apply", "-auto-approve", "-var=size=2")
    child = at_terminal("restore", "--strategy=destroy-created")
    child.expect("The way back: destroy-created")
    child.expect("Enter a value: ")
    assert "What now" not in child.before
    child.sendline("no")
    child.wait()
    assert child.exitstatus == 4


def test_what_a_restore_decided_and_proved_is_told_to_programs(guardian, module, tmp_path):
    guardian("apply", "-auto-approve")
    (module / "main.tf").write_text(GOOD + BAD)
    guardian("apply", "-auto-approve", "-var=size=2")
    file = tmp_path / "receipt.json"
    code, lines, _ = guardian("restore", "-auto-approve", f"--receipt={file}")
    assert (code, lines[-1]["outcome"], lines[-1]["strategy"]) == (0, "restored", "reapply")
    [decided] = [each for each in lines if each["type"] == "recovery"]
    assert set(decided["touched"]) == {"terraform_data.one", "terraform_data.bad"}
    assert [(each["kind"], each["outcome"]) for each in lines if each["type"] == "step"] == [
        ("reapply", "started"),
        ("reapply", "done"),
    ]
    [told] = [each for each in lines if each["type"] == "receipt"]
    _, printed, _ = guardian("run", "receipt", lines[-1]["run_id"])
    assert [each for each in printed if each["type"] == "receipt"] == [told]
    written = json.loads(file.read_text())
    assert written["run_id"] == lines[-1]["run_id"]
    assert {each: value for each, value in told.items() if each != "type"}.items() <= written.items()


def test_who_does_not_choose_after_a_failure_holds(at_terminal, module, guardian):
    guardian("apply", "-auto-approve")
    (module / "main.tf").write_text(GOOD + BAD)
    child = at_terminal("apply", "-auto-approve", "--store=.guardian")
    child.expect("What now")
    child.expect("guardian restore --store=.guardian --strategy reapply -auto-approve")
    child.sendintr()
    child.expect("The project is on hold")
    child.expect("1. guardian restore --store=.guardian ")
    child.wait()
    assert child.exitstatus == 3
    _, lines, _ = guardian("run", "list")
    assert next(each["outcome"] for each in lines if each["type"] == "run") == "failed_held"


def test_a_terminal_that_is_closed_after_a_failure_holds(at_terminal, module, guardian):
    (module / "main.tf").write_text(GOOD + BAD)
    child = at_terminal("apply", "-auto-approve")
    child.expect("What now")
    child.expect("Enter a number")
    child.ptyproc.fileobj.close()  # hangs up and nothing more; `close` would send signals of its own
    child.ptyproc.closed = True
    assert child.wait() == 3
    _, lines, _ = guardian("run", "list")
    assert [each["outcome"] for each in lines if each["type"] == "run"] == ["failed_held"]


def test_asking_works_with_stdin_redirected(at_terminal, module, guardian_exe):
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", f"'{guardian_exe}' apply < /dev/null 2> messages"],
        cwd=str(module),
        timeout=60,
        encoding="utf-8",
    )
    child.expect("Enter a value: ")
    child.sendline("no")
    child.wait()
    child.close()
    assert child.exitstatus == 4
    assert "cancelled" in (module / "messages").read_text()


def test_an_unset_variable_is_no_name_of_a_snapshot(module, guardian):
    guardian("apply", "-auto-approve")
    code, lines, _ = guardian("restore", "", "-auto-approve")
    assert code == 1
    assert lines[-1]["error"]["code"] == "usage"


def test_a_named_snapshot_destroys_nothing_unread_and_unnamed(module, guardian):
    assert guardian("apply", "-auto-approve")[0] == 0
    _, lines, _ = guardian("snapshot", "list")
    old = next(each["id"] for each in lines if each["type"] == "snapshot" and each["baseline"])
    more = 'resource "terraform_data" "more" {\n  lifecycle {\n    prevent_destroy = %s\n  }\n}\n'
    (module / "main.tf").write_text(GOOD + more % "true")
    assert guardian("apply", "-auto-approve")[0] == 0
    code, lines, _ = guardian("restore", old, "-auto-approve")
    assert (code, lines[-1]["error"]["code"]) == (4, "protected")
    (module / "main.tf").write_text(GOOD + more % "false")
    assert guardian("apply", "-auto-approve")[0] == 0
    code, lines, _ = guardian("restore", old, "-auto-approve")
    assert (code, lines[-1]["error"]["code"]) == (4, "data_loss")
    assert guardian("restore", old, "-auto-approve", "--allow-delete=terraform_data.more")[0] == 0


def test_what_was_moved_twice_goes_home_over_the_base_s_own_block(module: Path, guardian):
    def data(name: str, moves: tuple[tuple[str, str], ...] = ()) -> str:
        blocks = (f"moved {{\n  from = terraform_data.{a}\n  to = terraform_data.{b}\n}}\n" for a, b in moves)
        return f'resource "terraform_data" "{name}" {{ input = 1 }}\n' + "".join(blocks)

    def held() -> list[tuple[str, str]]:
        state = json.loads((module / "terraform.tfstate").read_text())
        return [(each["name"], each["instances"][0]["attributes"]["id"]) for each in state["resources"]]

    (module / "main.tf").write_text(data("a"))
    assert guardian("apply", "-auto-approve")[0] == 0
    [(_, object_id)] = held()
    (module / "main.tf").write_text(data("b", (("a", "b"),)))
    assert guardian("apply", "-auto-approve")[0] == 0
    (module / "main.tf").write_text(data("c", (("a", "b"), ("b", "c"))) + BAD)
    assert guardian("apply", "-auto-approve")[0] == 3
    code, lines, said = guardian("restore", "-auto-approve")
    assert code == 0, said + json.dumps(lines[-1])
    assert held() == [("b", object_id)]
