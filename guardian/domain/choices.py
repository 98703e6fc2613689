"""Numbered choices after a failure, the safe one first, each with the command that does it unasked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One numbered choice.

    Attributes:
        key: What stands for it: a value of `--on-failure` or of `--strategy`.
        text: What it does.
        addresses: What it would touch, as far as is known without planning.
        costs: What cannot be had back afterwards, or empty.
        command: What does the same without a terminal.
    """

    key: str
    text: str
    addresses: tuple[str, ...] = ()
    costs: str = ""
    command: str = ""
