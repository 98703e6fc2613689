"""Fixture stacks as tests: a `scenario.yaml` is read strictly, played, and judged in the fake cloud."""
