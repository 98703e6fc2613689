"""GitLab's REST API for the notes of a merge request."""

import re
from typing import Any

from tests.support.hosts.server import ME, NOT_FOUND, PAGE, TOKEN, Answer, HostServer, Request, Stored

LIST = "/api/v4/projects/42/merge_requests/7/notes"
ONE = re.compile(LIST + r"/([0-9]+)")
USERS = {ME: 5}


class GitLabServer(HostServer):
    limit = 1_000_000
    creation = LIST

    def environment(self) -> dict[str, str]:
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_PROJECT_PATH": "octo/infra",
            "CI_PROJECT_URL": "https://gitlab.example/octo/infra",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_COMMIT_SHA": "a" * 40,
            "GITLAB_TOKEN": TOKEN,
        }

    def is_signed_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {TOKEN}"

    def unknown(self) -> Answer:
        return Answer(status=401, document={"message": "401 Unauthorized"})

    def answer(self, request: Request) -> Answer:
        if request.path == "/api/v4/user":
            return Answer(document={"id": USERS[ME], "username": ME})
        if request.path == LIST and request.method == "GET":
            return self._page(request)
        found = ONE.fullmatch(request.path)
        one = self.by_id(found[1]) if found else None
        if request.path != LIST and (one is None or request.method != "PUT"):
            return NOT_FOUND
        body = request.body["body"]
        if len(body) > self.limit or not body:
            # GitLab's own status for it is 400.
            return Answer(status=400, document={"message": {"note": ["is too long"]}})
        if one is None:
            return Answer(status=201, document=self._shown(self.add(ME, body)))
        one.body = body
        return Answer(document=self._shown(one))

    def _page(self, request: Request) -> Answer:
        size = min(int(request.query.get("per_page", "20")), PAGE)
        number = int(request.query.get("page", "1"))
        ordered = self.comments if request.query.get("sort") == "asc" else self.comments[::-1]
        shown = ordered[(number - 1) * size : number * size]
        headers = {"X-Page": str(number), "X-Per-Page": str(size)}
        if number * size < len(ordered):
            following = f"{self.url}{LIST}?per_page={size}&page={number + 1}&sort=asc"
            headers |= {"X-Next-Page": str(number + 1), "Link": f'<{following}>; rel="next"'}
        return Answer(document=[self._shown(each) for each in shown], headers=headers)

    def _shown(self, each: Stored) -> dict[str, Any]:
        author = {"id": USERS.get(each.author, 9), "username": each.author}
        return {
            "id": each.id,
            "body": each.body.rstrip(),
            "author": author,
            "system": each.system,
            "noteable_iid": 7,
        }
