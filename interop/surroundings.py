"""What clients need beside the operations: the API over TLS in dev mode, with curl and its `--cacert`, and the calls that no
document lists. As a person meets them, who knows dev.json and nothing else.
"""
import json
import pathlib
import ssl
import subprocess
import urllib.request

import requests

from dev_server import DevServer
from tally import Checks

API = "/api/atlas/v2"


def curl(server, *words, trust=True):
    """Runs curl over TLS and returns whether it was content, the status, and the body."""
    api = server.dev["api"]
    believe = ["--cacert", api["caFile"]] if trust else []
    command = ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *believe, *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    body, _, status = ran.stdout.rpartition("\n")
    return ran.returncode == 0, int(status or 0), body, ran.stderr


def over_tls(checks, server):
    checks.section("the API over TLS")
    api = server.dev["api"]
    url, key = api["tlsBaseUrl"], "{publicKey}:{privateKey}".format(**api["apiKey"])
    checks.that("dev.json names it", url.startswith("https://127.0.0.1:") and pathlib.Path(api["caFile"]).is_file(), api)
    for name in ("127.0.0.1", "localhost"):
        address = url.replace("127.0.0.1", name) + f"{API}/groups/{server.project}"
        done, status, body, said = curl(server, "--digest", "-u", key, address)
        checks.that(f"curl --cacert reads the project at {name}", done and status == 200, said or body)
        link = json.loads(body)["links"][0]["href"] if done else ""
        checks.that("its links are https too", link.startswith(url.replace("127.0.0.1", name)), link)
    address = f"{url}{API}/groups/{server.project}/encryptionAtRest"
    payload = json.dumps(server.dev["clouds"]["aws"]["payload"])
    typed = ["-H", "Content-Type: application/json"]
    done, status, body, said = curl(server, "--digest", "-u", key, "-X", "PATCH", *typed, "-d", payload, address)
    valid = done and status == 200 and json.loads(body)["awsKms"]["valid"]
    checks.that("the customer key is enabled over it", valid, said or body)
    done, status, _, said = curl(server, f"{url}/healthz", trust=False)
    checks.that("whoever does not know the authority is not content", not done and "certificate" in said, said)
    done, status, body, _ = curl(server, "-H", "Host: evil.example.com", f"{url}{API}/groups")
    checks.equal("another host's name is refused", (status, json.loads(body)["errorCode"]), (403, "HOST_NOT_ALLOWED"))
    for origin, wanted in ((url, 401), (server.base, 403), ("https://evil.example.com", 403)):
        done, status, _, _ = curl(server, "-H", f"Origin: {origin}", f"{url}{API}/groups")
        checks.equal(f"a page of {origin} gets {wanted}", status, wanted)
    head = subprocess.run(["curl", "-sI", "--cacert", api["caFile"], f"{url}/healthz"], capture_output=True, text=True).stdout
    checks.that("no browser is told to use TLS on all of loopback", "strict-transport-security" not in head.lower(), head)
    plain = subprocess.run(["curl", "-s", url.replace("https", "http") + "/healthz"], capture_output=True, text=True)
    checks.that("plain text gets no answer there", plain.returncode != 0, plain.stdout)


def by_service_account(checks, server):
    """As the MCP server does: https alone, a token, then calls with it."""
    api = server.dev["api"]
    trust = ssl.create_default_context(cafile=api["caFile"])
    account = api["serviceAccount"]
    form = "grant_type=client_credentials&client_id={clientId}&client_secret={clientSecret}".format(**account)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(api["tlsBaseUrl"] + "/api/oauth/token", form.encode(), kind)
    token = json.load(urllib.request.urlopen(request, context=trust, timeout=30))
    checks.that("a service account gets a token over TLS", token["token_type"] == "Bearer" and token["expires_in"] > 600, token)
    bearer = {"Authorization": "Bearer " + token["access_token"], "Accept": "application/vnd.atlas.2025-03-12+json"}
    request = urllib.request.Request(api["tlsBaseUrl"] + API + "/orgs", headers=bearer)
    orgs = json.load(urllib.request.urlopen(request, context=trust, timeout=30))
    checks.equal("and reads its organization with it", orgs["results"][0]["id"], api["orgId"])


def beside_the_api(checks, server):
    checks.section("calls beside the API")
    info = requests.get(server.base + "/api/private/ipinfo", timeout=10).json()
    checks.equal("a client learns its address", info, {"currentIpv4Address": "127.0.0.1"})
    major = requests.get(server.base + "/api/private/unauth/nds/defaultMongoDBMajorVersion", timeout=10)
    checks.equal("and the default release, as text", (major.text, major.headers["Content-Type"]), ("8.0", "text/plain"))
    for path in ("v1.0", "unauth"):
        sent = requests.post(f"{server.base}/api/private/{path}/telemetry/events", json=[{"name": "x"}], timeout=10)
        checks.equal(f"telemetry to {path} is dropped", (sent.status_code, sent.text), (204, ""))
    for step in ("authorize", "token", "revoke"):
        said = requests.post(f"{server.base}/api/private/unauth/account/device/{step}", timeout=10)
        told = said.status_code == 403 and "service account" in said.json()["detail"]
        checks.that(f"device/{step} says how else to sign in", told, said.text)
    old = requests.get(server.base + "/api/atlas/v1.0/groups", timeout=10)
    checks.that("the old API says where the new one is", old.json()["detail"].endswith(f"{server.base}{API}."), old.text)
    addresses = requests.get(f"{server.base}{API}/unauth/controlPlaneIPAddresses", timeout=10)
    checks.that("addresses are told to anybody", addresses.json()["outbound"]["aws"] == {}, addresses.text)


def after_a_restart(checks, server):
    checks.section("after a restart")
    before = server.dev["api"]["tlsBaseUrl"]
    server.stop()
    server.start()
    checks.equal("the port is the same", server.dev["api"]["tlsBaseUrl"], before)
    key = "{publicKey}:{privateKey}".format(**server.dev["api"]["apiKey"])
    done, status, body, said = curl(server, "--digest", "-u", key, f"{before}{API}/groups/{server.project}")
    checks.that("and curl believes the new certificate", done and status == 200, said or body)


if __name__ == "__main__":
    with Checks("surroundings", seconds=180) as all_checks, DevServer() as running:
        over_tls(all_checks, running)
        by_service_account(all_checks, running)
        beside_the_api(all_checks, running)
        after_a_restart(all_checks, running)
