"""A pull request in memory."""

from guardian.domain.review.host import Host
from guardian.errors import CommentError
from guardian.ports.comments import NOTHING_CHANGES, Deed, Posted


class FakeCommentHost:
    """Implements `CommentHost`.

    Attributes:
        comments: Author and body of each, the oldest first.
        failing: Raised by the next `publish`, once.
    """

    def __init__(self, kind: Host = Host.GITHUB, *, me: str = "guardian-bot") -> None:
        self.kind = kind
        self.repository = "octo/infra"
        self.commit = "a" * 40
        self.comments: list[tuple[str, str]] = []
        self.failing: CommentError | None = None
        self._me = me

    def publish(self, marker: str, body: str) -> Posted:
        failing, self.failing = self.failing, None
        if failing is not None:
            raise failing
        for index, (author, text) in enumerate(self.comments):
            if author == self._me and text.startswith(marker):
                wanted = body or f"{marker}\n{NOTHING_CHANGES}\n"
                self.comments[index] = (author, wanted)
                url = f"https://example.invalid/{index}"
                return Posted(deed=Deed.UNCHANGED if wanted == text else Deed.EDITED, url=url)
        if not body:
            return Posted(deed=Deed.NOT_NEEDED)
        self.comments.append((self._me, body))
        return Posted(deed=Deed.CREATED, url=f"https://example.invalid/{len(self.comments) - 1}")
