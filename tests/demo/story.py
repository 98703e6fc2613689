"""One failed release and its way back, told by running guardian as a user would."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FIXTURES = Path(__file__).parents[2] / "fixtures" / "demo"

Say = Callable[[str], None]


class StoryError(AssertionError):
    """The story did not go as it must."""


@dataclass(kw_only=True)
class Story:
    """A checkout, a cloud, and guardian between them.

    Attributes:
        directory: Scratch directory; the checkout is made in it.
        stack: `local` or `aws`.
        environment: What each guardian process sees.
        look: Returns what is really there, for instance the objects in the cloud by name.
        say: Receives what a reader should see.
    """

    directory: Path
    stack: str
    environment: Mapping[str, str]
    look: Callable[[], Mapping[str, str]]
    say: Say
    arguments: tuple[str, ...] = ()
    outputs: list[str] = field(default_factory=list)

    @property
    def checkout(self) -> Path:
        return self.directory / "checkout"

    def tell(self) -> None:
        """A good release, a bad one that fails half-way, the way back, the proof."""
        self.say("\n=== A good release")
        self.release("good")
        self.guardian("apply", "-auto-approve", *self.arguments, expect=0)
        good = self.look()
        self.show(good)

        self.say("\n=== The next release fails half-way")
        self.release("bad")
        self.guardian("apply", "-auto-approve", *self.arguments, expect=3)
        broken = self.look()
        self.show(broken)
        if broken == good:
            raise StoryError("the bad release should have left its marks")
        self.guardian("status", expect=0)

        self.say("\n=== The project is on hold: nobody makes it worse")
        self.guardian("apply", "-auto-approve", *self.arguments, expect=4)

        self.say("\n=== The way back: shown first, then carried out and proven")
        self.guardian("restore", "--dry-run", expect=2)
        self.guardian("restore", "-auto-approve", expect=0)
        restored = self.look()
        self.show(restored)
        if restored != good:
            raise StoryError(f"restored to {restored}, but it was {good}")

        self.say("\n=== The good release has nothing left to do")
        self.release("good")
        self.guardian("apply", "-auto-approve", *self.arguments, expect=0)
        self.guardian("run", "list", expect=0)

    def release(self, name: str) -> None:
        """Put a version of the configuration into the checkout."""
        self.checkout.mkdir(exist_ok=True)
        shutil.copy(FIXTURES / self.stack / name / "main.tf", self.checkout / "main.tf")
        self.say(f"$ git checkout {name}-release")

    def guardian(self, *arguments: str, expect: int) -> str:
        """Run guardian, show what it says, and hold it to its exit code."""
        self.say(f"\n$ guardian {' '.join(arguments)}")
        executable = os.environ.get("GUARDIAN_EXE") or str(Path(sys.executable).with_name("guardian"))
        ended = subprocess.run(
            [executable, *arguments],
            cwd=self.checkout,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.outputs.append(ended.stdout)
        self.say(ended.stdout.rstrip())
        self.say(f"[exit code {ended.returncode}]")
        if ended.returncode != expect:
            raise StoryError(f"guardian {arguments[0]} exited {ended.returncode}, not {expect}")
        return ended.stdout

    def show(self, things: Mapping[str, str]) -> None:
        """Say what is really there."""
        self.say("\nWhat is really there:")
        for name, content in sorted(things.items()):
            self.say(f"  {name:24} {content}")
