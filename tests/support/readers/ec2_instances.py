"""Cases."""

from collections.abc import Mapping

from tests.support.readers.case import Case

CASES: Mapping[str, Case] = {}
