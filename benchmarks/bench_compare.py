"""Comparing two states of 100,000 instances beside `orjson.loads` of both: time and memory.

Each side is a process of its own, so that its peak memory is its own. Usage: `bench_compare.py [INSTANCES]`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

INSTANCES = 100_000
A_RESOURCE = 10
DIFFER_EVERY = 997
WANTED = 0.5
PARSE = """\
import orjson
old, new = orjson.loads(before), orjson.loads(after)
"""
COMPARE = """\
from guardian.adapters.differ import DeepDiffer
from guardian.domain.difference import compare
differ = DeepDiffer()
print(len(compare(*differ.narrow(before, after), paths=differ.paths)))
"""
MEASURED = """\
import json, pathlib, re, sys, time
before, after = (pathlib.Path(each).read_bytes() for each in sys.argv[1:])
began = time.perf_counter()
{body}
took = time.perf_counter() - began
# `ru_maxrss` would begin with what the parent had when it forked.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps([took, peak / 1024]))
"""


def instance(number: int, *, changed: bool) -> dict[str, Any]:
    """Return one security group as Terraform records it, about 2.8 kB."""
    name = f"sg-{number:08x}"
    rule = {"protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"], "self": False, "security_groups": []}
    return {
        "index_key": number % A_RESOURCE,
        "schema_version": 1,
        "attributes": {
            "id": name,
            "arn": f"arn:aws:ec2:eu-central-1:123456789012:security-group/{name}",
            "description": "x" * 150,
            "ingress": [{**rule, "from_port": port, "to_port": port} for port in range(6)],
            "tags": {f"tag-{each}": f"{'other' if changed else 'value'}-{number}" for each in range(8)},
        },
        "sensitive_attributes": [],
        "dependencies": ["aws_vpc.main"],
    }


def state(instances: int, *, changed: bool) -> bytes:
    """Return a state; with `changed`, one in every 997 instances differs."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_security_group",
            "name": f"group_{first}",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                instance(each, changed=changed and each % DIFFER_EVERY == 0)
                for each in range(first, first + A_RESOURCE)
            ],
        }
        for first in range(0, instances, A_RESOURCE)
    ]
    document = {"version": 4, "terraform_version": "1.11.4", "serial": 2 if changed else 1, "lineage": "l"}
    return json.dumps({**document, "outputs": {}, "resources": resources}, indent=2).encode()


def measure(body: str, files: list[Path]) -> tuple[float, float]:
    """Return seconds and peak MiB of a process that does nothing else."""
    program = MEASURED.format(body=body)
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, files)], check=True, capture_output=True, text=True
    )
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def main(instances: int) -> int:
    """Measure in turn, print, judge."""
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as name:
        files = [Path(name, each) for each in ("before", "after")]
        for file, changed in zip(files, (False, True), strict=True):
            file.write_bytes(state(instances, changed=changed))
        mib = files[0].stat().st_size / 1024**2
        pairs = [(measure(PARSE, files), measure(COMPARE, files)) for _ in range(3)]
    parse, ours = (min(each[side] for each in pairs) for side in (0, 1))
    time_ratio, memory_ratio = ours[0] / parse[0], ours[1] / parse[1]
    print(f"two states of {instances} instances, {mib:.0f} MiB each")
    print(f"  orjson.loads of both  {parse[0]:6.2f} s  {parse[1]:6.0f} MiB at most")
    print(f"  compared              {ours[0]:6.2f} s  {ours[1]:6.0f} MiB at most, both files among them")
    print(f"  ratios: time {time_ratio:.2f}, memory {memory_ratio:.2f} (wanted at most {WANTED})")
    return 0 if max(time_ratio, memory_ratio) <= WANTED else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else INSTANCES))
