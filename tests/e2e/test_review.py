"""`guardian review` with real Terraform: it plans, reads saved plans, rehearses, and writes nothing."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.guardian import Checkout

pytestmark = pytest.mark.terraform

BEFORE = """
resource "terraform_data" "kept" { input = "old" }
resource "terraform_data" "gone" { input = terraform_data.kept.id }
"""
AFTER = """
resource "terraform_data" "kept" { input = "new" }
resource "terraform_data" "made" { input = "secret-free" }
"""


@pytest.fixture
def checkout(tmp_path: Path, guardian_exe: Path, terraform: str) -> Checkout:
    """Return a repository with a commit that is applied, and a change that is not."""
    root = tmp_path / "repository" / "infra" / "shop"
    made = Checkout(root=root, exe=guardian_exe)
    top = tmp_path / "repository"
    made.write(BEFORE)
    (root / ".gitignore").write_text(".terraform/\n*.tfstate*\n.guardian/\nplan.tfplan\n")
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "add", "."],
        ["git", "commit", "-qm", "base"],
    ):
        subprocess.run(command, cwd=top, check=True)
    subprocess.run([terraform, "init", "-input=false"], cwd=root, check=True, capture_output=True)
    subprocess.run([terraform, "apply", "-auto-approve"], cwd=root, check=True, capture_output=True)
    made.write(AFTER)
    return made


def lines(checkout: Checkout, *argv: str, exit_code: int = 0) -> list[dict[str, Any]]:
    ended = checkout.run("review", *argv, "--json")
    assert ended.exit_code == exit_code, ended.said
    return [json.loads(each) for each in ended.stdout.splitlines()]


def of(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in told if each["type"] == kind]


def files(root: Path) -> dict[str, bytes]:
    """Return what lies in a directory."""
    return {str(each.relative_to(root)): each.read_bytes() for each in root.rglob("*") if each.is_file()}


def test_it_plans_and_tells_each_change_with_its_verdict_and_place(checkout: Checkout) -> None:
    before = files(checkout.root)
    told = lines(checkout, "-detailed-exitcode", exit_code=2)
    changes = {each["address"]: (each["action"], each["undo"]) for each in of(told, "change")}
    assert changes == {
        "terraform_data.kept": ("update", "exact"),
        "terraform_data.gone": ("delete", "new object"),
        "terraform_data.made": ("create", "exact"),
    }
    [kept] = [each for each in of(told, "change") if each["address"] == "terraform_data.kept"]
    assert kept["place"] == {"file": "infra/shop/main.tf", "line": 2}
    [head] = of(told, "review")
    assert head["root"] == "infra/shop"
    assert head["plan"]["serial"] == 3
    assert len(head["plan"]["commit"]) == 40
    assert files(checkout.root) == before, "a review leaves nothing behind"


def test_a_saved_plan_and_its_json_say_the_same(checkout: Checkout, terraform: str) -> None:
    subprocess.run(
        [terraform, "plan", "-out=plan.tfplan"], cwd=checkout.root, check=True, capture_output=True
    )
    shown = subprocess.run(
        [terraform, "show", "-json", "plan.tfplan"], cwd=checkout.root, check=True, capture_output=True
    )
    (checkout.root / "plan.json").write_bytes(shown.stdout)
    saved, by_json = lines(checkout, "plan.tfplan"), lines(checkout, "plan.json")
    assert of(saved, "change") == of(by_json, "change")
    assert of(saved, "risk") == of(by_json, "risk")


def test_a_plan_of_another_configuration_is_refused(checkout: Checkout, terraform: str) -> None:
    subprocess.run(
        [terraform, "plan", "-out=plan.tfplan"], cwd=checkout.root, check=True, capture_output=True
    )
    checkout.write(BEFORE)
    result = lines(checkout, "plan.tfplan", exit_code=4)[-1]
    assert result["error"]["code"] == "stale_plan"


def test_the_markdown_holds_the_plan_as_terraform_shows_it(checkout: Checkout) -> None:
    ended = checkout.run("review", "--format", "markdown")
    assert ended.exit_code == 0, ended.said
    assert "<details>" in ended.stdout
    assert "Plan: 1 to add, 1 to change, 1 to destroy." in ended.stdout


def test_the_way_back_to_a_commit_is_rehearsed(checkout: Checkout) -> None:
    [rehearsal] = of(lines(checkout, "--rehearse", "--base", "main"), "rehearsal")
    assert rehearsal["works"] is True
    actions = {each["address"]: each["action"] for each in rehearsal["changes"]}
    assert actions == {
        "terraform_data.kept": "update",
        "terraform_data.gone": "create",
        "terraform_data.made": "delete",
    }


def test_the_way_back_to_the_baseline_is_rehearsed(checkout: Checkout) -> None:
    checkout.write(BEFORE)
    assert checkout.run("apply", "-auto-approve").exit_code == 0
    checkout.write(AFTER)
    told = lines(checkout, "--rehearse")
    [rehearsal] = of(told, "rehearsal")
    assert {each["address"] for each in rehearsal["changes"]} == {
        "terraform_data.kept",
        "terraform_data.gone",
        "terraform_data.made",
    }
    assert not [each for each in of(told, "review")[0]["notes"] if "baseline" in each]


def test_a_base_that_this_clone_lacks_is_one_clear_error(checkout: Checkout) -> None:
    ended = checkout.run("review", "--base", "nowhere")
    assert ended.exit_code == 1
    assert "no commit 'nowhere'" in ended.stderr
    assert "git fetch" in ended.stderr


def test_a_plan_that_fails_says_why(checkout: Checkout) -> None:
    checkout.write(AFTER + 'resource "terraform_data" "bad" { input = local.none }\n')
    result = lines(checkout, exit_code=1)[-1]
    assert "none" in result["error"]["message"]


def test_the_state_may_be_locked_by_somebody_else(checkout: Checkout) -> None:
    lock = checkout.root / ".terraform.tfstate.lock.info"
    lock.write_text('{"ID":"x","Operation":"OperationTypeApply","Who":"ci"}')
    assert lines(checkout, "-detailed-exitcode", exit_code=2)
    assert lock.exists()


def test_a_policy_of_the_project_denies_what_would_be_deleted(checkout: Checkout) -> None:
    (checkout.root / "guardian.yaml").write_text(
        "policy:\n  rules:\n    - name: no-deletion\n      match: action == 'delete'\n"
        "      message: ask the owner first\n      severity: deny\n"
    )
    told = lines(checkout, exit_code=4)
    assert [each["address"] for each in of(told, "policy")] == ["terraform_data.gone"]
    assert told[-1]["error"]["code"] == "policy"
    refused = checkout.run("apply", "-auto-approve")
    assert refused.exit_code == 4, refused.said
    assert "ask the owner first" in refused.said


def test_an_exception_lets_it_pass_and_expires(checkout: Checkout, terraform: str) -> None:
    (checkout.root / "guardian.yaml").write_text(
        "policy:\n  rules:\n    - name: no-deletion\n      match: action == 'delete'\n"
        "      message: ask the owner first\n      severity: deny\n"
    )
    assert checkout.run("plan", "-out=plan.tfplan").exit_code == 0
    denied = checkout.run("approve", "plan.tfplan")
    assert denied.exit_code == 4, denied.said
    assert "guardian approve PLAN --override no-deletion --reason '...'    #" in denied.said
    approved = checkout.run("approve", "plan.tfplan", "--override", "no-deletion", "--reason", "it is ours")
    assert "Passes   no-deletion at terraform_data.gone, by the exception of" in approved.said
    assert approved.exit_code == 0, approved.said
    told = lines(checkout)
    [finding] = of(told, "policy")
    assert finding["override"]["reason"] == "it is ours"
    applied = checkout.run("apply", "--require-approval", "-auto-approve")
    assert applied.exit_code == 0, applied.said


def test_a_hold_stands_in_the_way_and_is_said_first(checkout: Checkout) -> None:
    bad = 'resource "terraform_data" "bad" {\n  provisioner "local-exec" { command = "exit 3" }\n}\n'
    checkout.write(BEFORE + bad)
    assert checkout.run("apply", "-auto-approve", "--on-failure=hold").exit_code == 3
    checkout.write(AFTER)
    [obstacle] = of(lines(checkout), "review")[0]["obstacles"]
    assert obstacle.startswith("the project is on hold since ")
    text = checkout.run("review").stdout
    assert text.index("In the way of an apply") < text.index("Other changes")
    assert "In the way of an apply" in checkout.run("plan").stdout


def test_a_stale_plan_is_said_to_be_stale(checkout: Checkout, terraform: str) -> None:
    for command in (["plan", "-out=plan.tfplan"], ["apply", "-auto-approve"]):
        subprocess.run([terraform, *command], cwd=checkout.root, check=True, capture_output=True)
    [obstacle] = of(lines(checkout, "plan.tfplan"), "review")[0]["obstacles"]
    assert obstacle.startswith("an apply will be refused: ")


def test_a_checkout_that_nobody_may_write_to_is_reviewed(checkout: Checkout) -> None:
    (checkout.root / ".guardian").write_text("no directory can be made here")
    assert lines(checkout, "-detailed-exitcode", exit_code=2)
