"""A review of a plan of 5,000 changes, to Markdown, beside `orjson.loads` of the same file: time and memory.

The plan is put together from pieces of fixtures/plans, which real Terraform made. Each side is a process of
its own, so that its peak memory is its own. Both read the file, and neither counts its imports; what the
whole command takes from its first import to its end is shown beside. All seconds are of the processor: each
side has one thread, and how busy the machine is would be measured too. Usage: `bench_review.py [CHANGES]`.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLANS = Path(__file__).parents[1] / "fixtures" / "plans"
CHANGES = 5_000
A_MODULE = 100
WANTED_TIME = 3.0
WANTED_MEMORY = 6.0
ROUNDS = 5
# What teams write on each resource; with it a change takes about 10 kB in all parts of the plan together.
TAGS = {f"organisation:label-{number:02}": f"a value of usual length {number:04}" for number in range(23)}
PARSE = """\
import orjson
began = time.process_time()
orjson.loads(pathlib.Path(sys.argv[1]).read_bytes())
"""
REVIEW = """\
import guardian.domain.review.graph, networkx
from datetime import UTC, datetime
from guardian.cli.views.review.markdown import review_markdown
from guardian.domain.review.document import read_document
from guardian.domain.review.host import Host
from guardian.domain.review.review import PlanIdentity, Review
from guardian.operations.judge_plan import Beside, Limits, judge_plan
began = time.process_time()
document = read_document(pathlib.Path(sys.argv[1]).read_bytes(), named="plan.json")
identity = PlanIdentity(digest="", terraform_version=document.terraform_version)
review = judge_plan(
    document,
    Review(project="bench", root=".", workspace="default", plan=identity),
    Beside(),
    limits=Limits(),
    now=datetime(2026, 1, 1, tzinfo=UTC),
    values=False,
)
host = Host.GITHUB
assert len(review.changes) > 1
assert review_markdown(review, repository="bench", limit=host.limit, host=host, rest="guardian review")
"""
COMMAND = """\
began = time.process_time()
from guardian.cli.app import main
sys.argv = ["guardian", "review", sys.argv[1], "--format", "markdown"]
shown = io.StringIO()
with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
    main()
assert shown.getvalue().startswith("<!-- guardian-review")
"""
MEASURED = """\
import contextlib, io, json, pathlib, re, sys, time
{body}
took = time.process_time() - began
# `ru_maxrss` would begin with what the parent had when it forked.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps([took, peak / 1024]))
"""


def pieces() -> Iterator[dict[str, Any]]:
    """Yield the changes of the corpus that are of AWS, with what the other parts say of the same instance."""
    for file in sorted(PLANS.glob("*/plan.json")):
        plan = json.loads(file.read_bytes())
        root = plan["configuration"]["root_module"]
        declared = {each["address"]: each for each in root.get("resources", ())}
        for change in plan["resource_changes"]:
            if (
                change["mode"] == "managed"
                and change["type"].startswith("aws_")
                and "module_address" not in change
            ):
                yield {
                    "change": change,
                    "prior": _instance(plan.get("prior_state", {}).get("values", {}), change["address"]),
                    "planned": _instance(plan.get("planned_values", {}), change["address"]),
                    "declared": declared.get(re.sub(r"\[.*", "", change["address"])),
                }


def _instance(values: dict[str, Any], address: str) -> dict[str, Any] | None:
    listed = values.get("root_module", {}).get("resources", ())
    return next((each for each in listed if each["address"] == address), None)


def plan_json(changes: int) -> bytes:
    """Return a plan with so many changes, in modules of a hundred."""
    templates = [each for each in pieces() if each["change"]["change"]["actions"] != ["no-op"]]
    listed: list[dict[str, Any]] = []
    prior: list[dict[str, Any]] = []
    planned: list[dict[str, Any]] = []
    calls: dict[str, Any] = {}
    for first in range(0, changes, A_MODULE):
        module = f"part_{first // A_MODULE}"
        parts: dict[str, list[dict[str, Any]]] = {"prior": [], "planned": [], "declared": []}
        for number in range(first, min(first + A_MODULE, changes)):
            made = _renamed(templates[number % len(templates)], module, number)
            listed.append(made.pop("change"))
            for name, each in made.items():
                parts[name] += [each] if each else []
        address = f"module.{module}"
        prior.append({"address": address, "resources": parts["prior"]})
        planned.append({"address": address, "resources": parts["planned"]})
        calls[module] = {"source": "./part", "module": {"resources": parts["declared"]}}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"child_modules": planned}},
        "resource_changes": listed,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"child_modules": prior}}},
        "configuration": {"root_module": {"module_calls": calls}},
        "timestamp": "2026-01-01T00:00:00Z",
        "errored": False,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _renamed(piece: dict[str, Any], module: str, number: int) -> dict[str, Any]:
    made: dict[str, Any] = copy.deepcopy(piece)
    change = made["change"]
    name = f"{change['name']}_{number}"
    local = f"{change['type']}.{name}"
    address = f"module.{module}.{local}"
    for part in ("change", "prior", "planned"):
        if made[part]:
            made[part] |= {"address": address, "name": name}
            made[part].pop("index", None)
    change["module_address"] = f"module.{module}"
    for values in (change["change"]["before"], change["change"]["after"]):
        _tag(values)
    for part in ("prior", "planned"):
        _tag((made[part] or {}).get("values"))
    if made["declared"]:
        made["declared"] |= {"address": local, "name": name, "depends_on": [f"aws_vpc.main_{number // 10}"]}
    return made


def _tag(values: dict[str, Any] | None) -> None:
    if values is not None:
        values |= {"tags": TAGS, "tags_all": TAGS}


def measure(body: str, file: Path) -> tuple[float, float]:
    """Return seconds and peak MiB of a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(body=body), str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def main(changes: int) -> int:
    """Measure in turn, print, judge."""
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as name:
        file = Path(name, "plan.json")
        file.write_bytes(plan_json(changes))
        mib = file.stat().st_size / 1024**2
        rounds = [[measure(body, file) for body in (PARSE, REVIEW, COMMAND)] for _ in range(ROUNDS)]
    parse, ours, command = (min(each[side] for each in rounds) for side in range(3))
    time_ratio, memory_ratio = ours[0] / parse[0], command[1] / mib
    print(f"a plan of {changes} changes, {mib:.0f} MiB")
    print(f"  orjson.loads       {parse[0]:6.2f} s  {parse[1]:6.0f} MiB at most")
    print(f"  reviewed           {ours[0]:6.2f} s  {ours[1]:6.0f} MiB at most, the file among them")
    print(f"  the whole command  {command[0]:6.2f} s  {command[1]:6.0f} MiB at most")
    print(f"  time {time_ratio:.2f} of the parse (wanted at most {WANTED_TIME})")
    print(f"  memory {memory_ratio:.2f} of the file (wanted at most {WANTED_MEMORY})")
    return 0 if time_ratio <= WANTED_TIME and memory_ratio <= WANTED_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else CHANGES))
