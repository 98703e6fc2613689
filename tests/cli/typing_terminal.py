"""Somebody who has decided beforehand what to type."""


class TypingTerminal:
    """Implements `cli.prompts.Terminal`; remembers what it was shown."""

    is_there = True

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.shown: list[str] = []

    def ask(self, text: str) -> str:
        self.shown.append(text)
        return self.answers.pop(0)
