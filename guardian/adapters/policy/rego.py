"""Rego, evaluated beside this process: it may never end, take all memory, or crash."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from guardian.adapters.policy.rego_files import Module
from guardian.domain.redaction import MASK
from guardian.domain.review.policy import Effect, Finding
from guardian.domain.review.values import is_random
from guardian.errors import PolicyError

EVALUATE = (sys.executable, "-P", "-m", "guardian.adapters.policy.evaluate")
MEMORY_BYTES = 3 * 1024**3
_FORM = 'write `deny contains {"msg": "...", "address": change.address} if { ... }`'


class RegoPolicy:
    """Implements `ports.policy.PolicyEngine`.

    All changes are given at once: a rule may count them, and the library takes longer for them in parts.
    """

    def __init__(
        self,
        modules: tuple[Module, ...],
        *,
        timeout_s: int,
        memory_bytes: int = MEMORY_BYTES,
        program: Sequence[str] = EVALUATE,
    ) -> None:
        self._modules = modules
        self._packages = sorted({each.package for each in modules if each.judges})
        self._timeout_s = timeout_s
        self._memory_bytes = memory_bytes
        self._program = program

    @property
    def summary(self) -> str:
        """See the port."""
        return f"{len(self._modules)} {'file' if len(self._modules) == 1 else 'files'} of Rego"

    def check(self) -> None:
        """See the port."""
        self.judge(())

    def judge(self, changes: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
        """See the port."""
        asked = {
            f"data.{package}.{effect}": (package, effect) for package in self._packages for effect in Effect
        }
        request = {"modules": [[each.path, each.source] for each in self._modules], "queries": list(asked)}
        answers = self._ask(request, b",".join(map(msgspec.json.encode, changes)))
        if all(each is None for each in answers.values()):
            raise PolicyError(f"{self._named()}: neither `deny` nor `warn` is in it", hint=_FORM)
        found = [
            finding
            for query, (package, effect) in asked.items()
            for finding in self._findings(package, effect, answers.get(query))
        ]
        return tuple(sorted(found, key=lambda each: (each.rule, each.address, each.message)))

    def _ask(self, request: Mapping[str, Any], changes: bytes) -> Mapping[str, Any]:
        try:
            done = subprocess.run(
                [*self._program, str(self._timeout_s), str(self._memory_bytes)],
                input=json.dumps(request).encode() + b'\n{"changes":[' + changes + b"]}",
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PolicyError(
                f"{self._named()} did not end within {self._timeout_s} s",
                hint="make it simpler, or raise `policy.timeout_s`",
            ) from error
        try:
            answer = json.loads(done.stdout)
        except ValueError as error:
            how = f"by signal {-done.returncode}" if done.returncode < 0 else f"with code {done.returncode}"
            raise PolicyError(f"{self._named()}: the evaluation ended {how}, without an answer") from error
        self._refuse_broken(answer)
        answers: Mapping[str, Any] = answer["answers"]
        return answers

    def _refuse_broken(self, answer: Mapping[str, Any]) -> None:
        if "missing" in answer:
            raise PolicyError(
                f"{self._named()} is Rego, and regopy is not installed", hint="pip install 'guardian[policy]'"
            )
        if "memory" in answer:
            raise PolicyError(
                f"{self._named()} took more than {self._memory_bytes >> 20} MiB of memory",
                hint="make it simpler",
            )
        if "module" in answer:
            source = next(each.source for each in self._modules if each.path == answer["module"])
            line = source.encode()[: answer["offset"]].count(b"\n") + 1
            raise PolicyError(
                f"{answer['module']}:{line}: is not Rego: {answer['words']}",
                hint=f"opa check {answer['module']}",
            )
        if "query" in answer:
            words = answer["words"] or "a function is given a value that it does not take, or two rules clash"
            raise PolicyError(
                f"{self._named()}: {answer['query'].removeprefix('data.')} cannot be evaluated: {words}",
                hint="ask first whether a value is there and of its type: is_string(change.after.name)",
            )

    def _findings(self, package: str, effect: Effect, answer: Any) -> Iterator[Finding]:
        if answer is not None and not isinstance(answer, list):
            raise PolicyError(f"{self._named()}: {package}.{effect} is no set", hint=_FORM)
        for each in answer or ():
            said = {"msg": each} if isinstance(each, str) else each
            if not (isinstance(said, dict) and said.get("msg") and all(map(_is_text, map(said.get, _SAID)))):
                raise PolicyError(
                    f"{self._named()}: {package}.{effect} holds what is neither text nor an object of texts "
                    "with `msg`",
                    hint=_FORM,
                )
            yield Finding(
                rule=said.get("rule") or package,
                effect=effect,
                address=said.get("address") or "",
                message=" ".join(MASK if is_random(word) else word for word in said["msg"].split()),
            )

    def _named(self) -> str:
        return ", ".join(each.path for each in self._modules if each.judges)


_SAID = ("msg", "address", "rule")


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)
