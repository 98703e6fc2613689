"""The tags of objects by the index of tags, as far as it can be believed; else by the service's own word."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from guardian.adapters.aws.read import Asked, Attributes, Read, own_tags
from guardian.adapters.aws.refusals import NOT_AS_DESCRIBED, NoAnswerError


class IndexedTags:
    """Tells the tags of the objects of one type, where only a call for each tells them.

    Args:
        asked: Who is asked.
        read: The type's declaration.
        quick: Whether no instance is asked for its tags where the index does not answer.

    Attributes:
        unseen: What is not looked at: the quick look does without what only each instance could tell.
    """

    def __init__(self, asked: Asked, read: Read, *, quick: bool) -> None:
        self._asked, self._exactly = asked, read.tags
        self._index: Mapping[str, Mapping[str, str]] | None = None
        if read.tags is not None:
            # Whoever may not ask the index may ask the service.
            with suppress(NoAnswerError, *NOT_AS_DESCRIBED):
                self._index = asked.tagged(read.tagged)
        self.unseen = {"tags"} if quick and read.tags is not None and self._index is None else set[str]()

    def of(self, item: Any, recorded: Attributes) -> Mapping[str, Any]:
        """Return the recorded tags where the index has the same; else what the service itself says."""
        if self._exactly is None or self.unseen:
            return {}
        tags: Mapping[str, str] = own_tags(recorded.get("tags_all") or recorded.get("tags"))
        arn = recorded.get("arn")
        if self._index is None or not arn or self._index.get(arn, {}) != tags:
            tags = self._exactly(self._asked, item)
        return {"tags": tags}


def with_default_tags(live: dict[str, Any], recorded: Attributes) -> dict[str, Any]:
    """Hold all tags together against all that are recorded where the provider adds some of its own.

    Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block
    """
    every, own = recorded.get("tags_all") or {}, recorded.get("tags") or {}
    if "tags" not in live or not every or every == own:
        return live
    return {**{name: each for name, each in live.items() if name != "tags"}, "tags_all": live["tags"]}
