"""Azure DevOps' REST API for the comment threads of a pull request."""

import re
from base64 import b64encode
from typing import Any

from tests.support.hosts.server import ME, NOT_FOUND, TOKEN, Answer, HostServer, Request, Stored

LIST = "/org/Team One/_apis/git/repositories/guid-1/pullRequests/7/threads"
ONE = re.compile(re.escape(LIST) + r"/([0-9]+)/comments/1")
BASIC = "Basic " + b64encode(f":{TOKEN}".encode()).decode()


class AzureServer(HostServer):
    limit = 150_000
    creation = LIST

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[str] = []
        self.deleted: set[int] = set()

    def environment(self) -> dict[str, str]:
        return {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{self.url}/org/",
            "SYSTEM_TEAMPROJECT": "Team One",
            "BUILD_REPOSITORY_ID": "guid-1",
            "BUILD_REPOSITORY_NAME": "infra",
            "BUILD_REPOSITORY_PROVIDER": "TfsGit",
            "BUILD_SOURCEVERSION": "a" * 40,
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        }

    def is_signed_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == BASIC

    def unknown(self) -> Answer:
        return Answer(status=203, document="<html>Sign in</html>", headers={"Content-Type": "text/html"})

    def answer(self, request: Request) -> Answer:
        if "api-version" not in request.query:
            return Answer(status=400, document={"message": "No api-version was supplied"})
        if request.path == "/org/_apis/connectionData":
            return Answer(document={"authenticatedUser": {"id": ME}})
        if request.path == LIST and request.method == "GET":
            return Answer(document={"value": [self._shown(each) for each in self.comments]})
        found = ONE.fullmatch(request.path)
        one = self.by_id(found[1]) if found else None
        if request.path != LIST and (one is None or request.method != "PATCH"):
            return NOT_FOUND
        body = request.body["content"] if one else request.body["comments"][0]["content"]
        if len(body) > self.limit or not body:
            return Answer(status=400, document={"message": "The comment is too long."})
        if one is None:
            self.statuses.append(request.body["status"])
            return Answer(document=self._shown(self.add(ME, body)))
        one.body = body
        return Answer(document={"id": 1, "content": body})

    def _shown(self, each: Stored) -> dict[str, Any]:
        first = {"id": 1, "content": each.body, "author": {"id": each.author}}
        if each.id in self.deleted:
            first = {"id": 1, "author": {"id": each.author}, "isDeleted": True}
        return {"id": each.id, "comments": [first], "isDeleted": False}
