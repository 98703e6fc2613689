"""GitHub's REST API for the comments of an issue, and its GraphQL for the name of a token's user."""

import re
from typing import Any

from tests.support.hosts.server import ME, NOT_FOUND, PAGE, TOKEN, Answer, HostServer, Request, Stored

LIST = "/repos/octo/infra/issues/7/comments"
ONE = re.compile(r"/repos/octo/infra/issues/comments/([0-9]+)")


class GitHubServer(HostServer):
    creation = LIST

    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_REPOSITORY": "octo/infra",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_SHA": "a" * 40,
            "GITHUB_TOKEN": TOKEN,
        }

    def is_signed_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"token {TOKEN}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/graphql":
            return Answer(document={"data": {"viewer": {"login": ME}}})
        if request.path == "/user":
            # As to the token of a workflow.
            return Answer(status=403, document={"message": "Resource not accessible by integration"})
        if request.path == LIST and request.method == "GET":
            return self._page(request)
        found = ONE.fullmatch(request.path)
        one = self.by_id(found[1]) if found else None
        if request.path != LIST and (one is None or request.method != "PATCH"):
            return NOT_FOUND
        body = request.body["body"]
        if len(body) > self.limit or not body:
            errors = [{"resource": "IssueComment", "code": "unprocessable", "field": "data"}]
            return Answer(status=422, document={"message": "Validation Failed", "errors": errors})
        if one is None:
            return Answer(status=201, document=self._shown(self.add(ME, body)))
        one.body = body
        return Answer(document=self._shown(one))

    def _page(self, request: Request) -> Answer:
        size = min(int(request.query.get("per_page", "30")), PAGE)
        number = int(request.query.get("page", "1"))
        shown = self.comments[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(self.comments):
            headers["Link"] = f'<{self.url}{LIST}?per_page={size}&page={number + 1}>; rel="next"'
        return Answer(document=[self._shown(each) for each in shown], headers=headers)

    def _shown(self, each: Stored) -> dict[str, Any]:
        return {
            "id": each.id,
            "url": f"{self.url}/repos/octo/infra/issues/comments/{each.id}",
            "html_url": f"https://github.com/octo/infra/pull/7#issuecomment-{each.id}",
            "body": each.body.replace("\n", "\r\n"),
            "user": {"login": each.author, "id": 1, "type": "Bot"} if each.author else None,
        }
