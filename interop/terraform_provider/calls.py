"""One call of the provider's SDK: media type, user agent, and HTTP Digest as its Go client does it. Knows no resource."""
import requests
from requests.auth import HTTPDigestAuth

WITHIN = 30


class Failed(Exception):
    """An answer that is no success, in the words the SDK makes of it; resources look for codes in them."""

    def __init__(self, url, method, answer):
        self.status = answer.status_code
        told = answer.json() if answer.text.strip() else {}
        self.code = told.get("errorCode")
        super().__init__(
            f"{url} {method}: HTTP {self.status} {answer.reason} (Error code: \"{self.code}\") Detail: {told.get('detail')} "
            f"Reason: {told.get('reason')}. Params: {told.get('parameters')}, BadRequestDetail: {told.get('badRequestDetail')}")


class Calls:
    """A configured provider. Every call is two requests: the first without credentials, the second on its challenge."""

    def __init__(self, base, key):
        self.base, self.key, self.made, self.challenged = base.rstrip("/"), key, [], 0

    def __call__(self, doing, method, path, version, body=None, untyped=False, query=None):
        """Sends a body in its version's own type. A typed GET says nothing of a type; untyped resources always do."""
        media = f"application/vnd.atlas.{version}+json"
        headers = {
            "Accept": media,
            "User-Agent": f"terraform-provider-mongodbatlas/2.3.0 Terraform/1.14.0 Name/{doing[0]} Operation/{doing[1]}",
        }
        if body is not None or untyped:
            headers["Content-Type"] = media
        url = f"{self.base}/api/atlas/v2{path}"
        # A challenge is never used twice, so each call has an Authorization of its own making.
        answer = requests.request(method, url, params=query, json=body, headers=headers, timeout=WITHIN,
                                  auth=HTTPDigestAuth(*self.key))
        self.challenged += len(answer.history) == 1 and answer.history[0].status_code == 401
        self.made.append((doing, method, path, version, answer.status_code))
        if answer.status_code >= 300:
            raise Failed(url, method, answer)
        kind = answer.headers.get("Content-Type", "")
        if answer.content and not kind.startswith(f"application/vnd.atlas.") or "json" not in kind and answer.content:
            raise AssertionError(f"{method} {url} answered {kind}")
        return answer.json() if answer.content else None
