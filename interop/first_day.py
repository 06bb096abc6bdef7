"""A user's first day with dev mode: the README's curl, every curl of the published pages, then the customer takes the key
away, the network is cut, the operator's identity breaks, and wrong keys are offered. Knows only what a user can know.
"""
import json
import pathlib
import re
import subprocess
import tempfile

import httpx

from dev_server import ROOT, DevServer
from tally import Checks

DATES = ["2023-01-01", "2024-05-30", "2024-11-13", "2025-03-12"]
INVALID_WITHIN, INVALID_WITHIN_REAL = 5, 12
# The provider objects of a body, and the clouds of dev.json.
CLOUDS = {"awsKms": "aws", "azureKeyVault": "azure", "googleCloudKms": "gcp"}


def vendor(date):
    return f"application/vnd.atlas.{date}+json"


class Answer:
    """What curl --include printed last: an answer to a Digest call follows the challenge."""

    def __init__(self, printed):
        self.headers, body = {}, printed
        while body.startswith("HTTP/"):
            head, _, body = body.partition("\r\n\r\n")
            first, *fields = head.split("\r\n")
            self.status = int(first.split()[1])
            self.headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        self.text = body
        self.json = json.loads(body) if body.strip() else None

    @property
    def code(self):
        return (self.json or {}).get("errorCode")

    def __str__(self):
        return f"{getattr(self, 'status', None)} {self.text}"


class FirstDay:
    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.url = server.settings_url()
        self.bearer = ["--header", f"Authorization: Bearer {server.token()}"]
        self.digest = ["--user", ":".join(server.key), "--digest"]

    def curl(self, *words):
        run = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "30", "--include", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        if run.returncode:
            raise RuntimeError(f"curl ended with {run.returncode}: {run.stderr.decode()}")
        return Answer(run.stdout.decode())

    def settings(self):
        answer = self.curl(*self.bearer, "--header", f"Accept: {vendor('2023-01-01')}", self.url)
        if answer.status != 200:
            raise RuntimeError(f"GET encryptionAtRest answered {answer}")
        return answer

    def patch(self, body, credentials=None):
        return self.curl(
            *(credentials or self.bearer), "--header", f"Accept: {vendor('2023-01-01')}",
            "--header", "Content-Type: application/json", "-X", "PATCH", self.url, "-d", json.dumps(body),
        )

    def valid(self):
        return self.settings().json["awsKms"]["valid"]

    def validity_view(self):
        """Our own view of why; as text, because what matters is that a person finds the reason in it."""
        url = f"{self.server.base}/api/atrest/v1/groups/{self.server.project}/encryptionAtRest/validity"
        return self.curl(*self.bearer, url).text

    def events(self):
        """Names of all events so far, newest first."""
        url = self.server.atlas(f"/groups/{self.server.project}/events?itemsPerPage=500")
        return [event["eventTypeName"] for event in self.curl(*self.bearer, url).json["results"]]

    def saw_since(self, count, name):
        events = self.events()
        return name in events[: len(events) - count]

    # ---- the flow, in the order a person would go ----

    def readme_curl(self):
        self.checks.section("the README's curl, pasted")
        text = (ROOT / "README.md").read_text()
        block = next(block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if "curl --digest" in block)
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / ".atrest-dev").symlink_to(self.server.folder)
            run = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, capture_output=True, text=True, timeout=60)
        self.checks.that("answers with valid: true", re.search(r'"awsKms"[^}]*"valid"\s*:\s*true', run.stdout), run.stdout + run.stderr)

    def published_curls(self):
        self.checks.section("every curl of the published pages on encryptionAtRest")
        payload = json.dumps(self.server.aws["payload"])
        for credentials, how in ((self.bearer, "Bearer"), (self.digest, "Digest")):
            for date in ("2025-03-12", "2024-11-13"):
                answer = self.curl(
                    *credentials, "--header", f"Accept: {vendor(date)}", "--header", "Content-Type: application/json",
                    "-X", "PATCH", self.url, "-d", payload,
                )
                self.checks.equal(f"PATCH by {how}, Accept {date}, body application/json", answer.status, 200)
                self.saved(answer)
        for date in DATES:
            dated = ["--header", f"Accept: {vendor(date)}", "--header", f"Content-Type: {vendor(date)}"]
            for url in (self.url, self.url + "/"):
                answer = self.curl(*self.digest, *dated, "--request", "PATCH", url, "--data", payload)
                self.checks.equal(f"PATCH with both types {date}{' and a trailing slash' if url.endswith('/') else ''}", answer.status, 200)
            answer = self.curl(*self.digest, *dated, "--request", "GET", self.url)
            self.checks.equal(f"GET with both types {date}", answer.status, 200)
            self.checks.that(
                "says which version it is", answer.headers.get("content-type", "").startswith(vendor("2023-01-01")), answer.headers,
            )
        for accept in ("application/json", "*/*"):
            answer = self.curl(*self.digest, "--header", f"Accept: {accept}", self.url)
            self.checks.equal(f"GET with Accept {accept}", answer.status, 200)
        answer = self.curl(*self.digest, "--header", "Accept: application/vnd.atlas.2024-01-17+json", self.url)
        self.checks.equal("a date that never was", (answer.status, answer.code), (406, "INVALID_VERSION_DATE"))

    def saved(self, answer):
        """What PATCH answers: all three providers, what was sent byte for byte, and no secret."""
        sent, got = self.server.aws["payload"]["awsKms"], (answer.json or {}).get("awsKms") or {}
        wanted = {name: value for name, value in sent.items() if name != "secretAccessKey"} | {"valid": True}
        self.checks.equal("returns what was sent, and valid", {name: got.get(name) for name in wanted}, wanted)
        for provider in ("azureKeyVault", "googleCloudKms"):
            other = (answer.json or {}).get(provider) or {}
            self.checks.equal(f"{provider} is there and off", (other.get("enabled"), other.get("valid")), (False, False))
        self.checks.that("returns no secret", sent["secretAccessKey"] not in answer.text and "secretAccessKey" not in answer.text, "a secret")

    def azure_examples(self):
        self.checks.section("the published Azure examples, with this vault's names: in every media type")
        own = self.server.azure["payload"]["azureKeyVault"]
        names = {name: value for name, value in own.items() if name != "secret"} | {"azureEnvironment": "AZURE", "enabled": True}
        no_secret, private = dict(names, secret=""), dict(own, requirePrivateNetworking=True)
        before = self.settings().text
        answer = self.example(no_secret, vendor("2024-05-30"), self.url)
        self.checks.equal("an empty secret, with none stored", (answer.status, answer.code), (400, "MISSING_ATTRIBUTE"))
        self.checks.equal("and nothing changed", self.settings().text, before)
        for media in ("application/json", *map(vendor, DATES)):
            for what, body, url in (
                ("a secret", own, self.url),
                ("an empty secret keeps the stored one", no_secret, self.url),
                ("private networking, and a trailing slash", private, self.url + "/"),
                ("no private networking", dict(private, requirePrivateNetworking=False), self.url),
            ):
                answer = self.example(body, media, url)
                got = (answer.json or {}).get("azureKeyVault") or {}
                wanted = {name: value for name, value in body.items() if name != "secret"} | {"valid": True}
                self.checks.equal(f"{media}, {what}", (answer.status, {name: got.get(name) for name in wanted}), (200, wanted))
                self.checks.that("returns no secret", own["secret"] not in answer.text and '"secret"' not in answer.text, "a secret")
            answer = self.curl(*self.digest, "--header", f"Accept: {media}", "--header", f"Content-Type: {media}", "--request", "GET", self.url)
            got = (answer.json or {}).get("azureKeyVault") or {}
            self.checks.equal(f"{media}, and GET shows it enabled and valid", (got.get("enabled"), got.get("valid")), (True, True))

    def example(self, vault, media, url):
        return self.curl(
            *self.digest, "--header", f"Accept: {media}", "--header", f"Content-Type: {media}", "--include",
            "--request", "PATCH", url, "--data", json.dumps({"azureKeyVault": vault}),
        )

    def google_examples(self):
        self.checks.section("the published curls, with this Google key")
        own = self.server.gcp["payload"]["googleCloudKms"]
        for credentials, how in ((self.bearer, "Bearer"), (self.digest, "Digest")):
            for date in DATES:
                answer = self.curl(
                    *credentials, "--header", f"Accept: {vendor(date)}", "--header", "Content-Type: application/json",
                    "-X", "PATCH", self.url, "-d", json.dumps({"googleCloudKms": own}),
                )
                got = (answer.json or {}).get("googleCloudKms") or {}
                wanted = {"enabled": True, "valid": True, "keyVersionResourceID": own["keyVersionResourceID"], "roleId": None}
                self.checks.equal(f"PATCH by {how}, Accept {date}", (answer.status, {name: got.get(name) for name in wanted}), (200, wanted))
                self.checks.that("returns no secret", "PRIVATE KEY" not in answer.text and "serviceAccountKey" not in answer.text, "a secret")

    def whole_example(self):
        self.checks.section("the request example of the page, whole")
        clouds = self.server.dev["clouds"]
        off = {field: {"enabled": False} for field in CLOUDS}
        self.checks.equal("all off", self.patch(off).status, 200)
        before = self.settings().text
        answer = self.patch(PUBLISHED_EXAMPLE)
        self.checks.that(f"as it stands there it is refused ({answer.status} {answer.code})", answer.status == 400 and answer.code, answer)
        self.checks.equal("and nothing changed", self.settings().text, before)
        # Its shape, with what stands for itself: where it shows a role beside a secret, so do we.
        body = {"enabledForSearchNodes": True}
        for field, cloud in CLOUDS.items():
            own = clouds[cloud]["payload"][field] | clouds[cloud]["rolePayload"][field] | {"requirePrivateNetworking": True}
            body[field] = {name: own[name] for name in PUBLISHED_EXAMPLE[field]}
        answer = self.patch(body)
        self.checks.equal("with the placeholders replaced", answer.status, 200)
        for field, cloud in CLOUDS.items():
            got = (answer.json or {}).get(field) or {}
            hidden = {"secretAccessKey", "secret", "serviceAccountKey"}
            # A role wins over an access key beside it, which is not kept.
            wanted = {name: value for name, value in body[field].items() if name not in hidden} | {"valid": True}
            if "accessKeyID" in wanted:
                wanted["accessKeyID"] = None
            self.checks.equal(f"{field} is what was sent, and valid", {name: got.get(name) for name in wanted}, wanted)
            secrets = [body[field][name] for name in hidden if name in body[field]]
            self.checks.that(f"{field} returns no secret", not any(secret in answer.text for secret in secrets), "a secret")
        self.checks.equal("enabledForSearchNodes", (answer.json or {}).get("enabledForSearchNodes"), True)
        self.checks.equal("all off again", self.patch(off | {"enabledForSearchNodes": False}).status, 200)
        self.checks.equal("and AWS on by an access key", self.patch(self.server.aws["payload"]).status, 200)

    def other_clients(self):
        self.checks.section("httpx, by Digest")
        with httpx.Client(auth=httpx.DigestAuth(*self.server.key), headers={"Accept": vendor("2023-01-01")}, timeout=30) as client:
            for number in range(3):
                self.checks.equal(f"GET {number + 1}", client.get(self.url).status_code, 200)
            answer = client.patch(self.url, json=self.server.aws["payload"])
            self.checks.equal("PATCH", answer.status_code, 200)
            self.checks.equal("GET after it", client.get(self.url).status_code, 200)
        self.checks.section("who may not")
        read_only = self.server.dev["api"]["readOnlyApiKey"]
        key = ["--user", f"{read_only['publicKey']}:{read_only['privateKey']}", "--digest"]
        self.checks.equal("a read-only key reads", self.curl(*key, self.url).status, 200)
        answer = self.patch({"enabledForSearchNodes": True}, key)
        self.checks.equal("a read-only key does not write", (answer.status, answer.code), (403, "USER_UNAUTHORIZED"))
        self.checks.equal("nobody is 401", self.curl(self.url).status, 401)
        wrong = self.curl("--user", f"{self.server.key[0]}:wrong", "--digest", self.url)
        self.checks.equal("a wrong secret is 401", wrong.status, 401)

    def wrong_candidates(self):
        self.checks.section("candidate keys that cannot be used: refused with a code, GET the same to the byte")
        kms = self.server.boto3("kms")

        def key(**arguments):
            return kms.create_key(**arguments)["KeyMetadata"]

        disabled, dying, closed = key()["KeyId"], key()["KeyId"], key()
        kms.disable_key(KeyId=disabled)
        kms.schedule_key_deletion(KeyId=dying, PendingWindowInDays=7)
        account = closed["Arn"].split(":")[4]
        kms.put_key_policy(KeyId=closed["KeyId"], PolicyName="default", Policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*"},
                {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"},
            ],
        }))
        signing = key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyId"]
        asymmetric = key(KeyUsage="ENCRYPT_DECRYPT", KeySpec="RSA_2048")["KeyId"]
        elsewhere = self.server.boto3("kms", "eu-west-1").create_key()["KeyMetadata"]
        kind, missing = "AWS_KMS_CUSTOMER_MASTER_KEY_TYPE_NOT_SUPPORTED", "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND"
        for name, candidate, status, codes in (
            ("disabled", disabled, 400, ["AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED"]),
            ("pending deletion", dying, 400, ["AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_DELETION"]),
            ("not found", "00000000-0000-4000-8000-000000000000", 404, [missing]),
            ("for signatures", signing, 400, [kind]),
            ("asymmetric", asymmetric, 400, [kind]),
            ("in another region, by id", elsewhere["KeyId"], 404, [missing]),
            ("in another region, by ARN", elsewhere["Arn"], None, [missing, "AWS_KMS_REGION_NOT_SUPPORTED", "INVALID_ATTRIBUTE", "VALIDATION_ERROR"]),
            ("without decrypt permission", closed["KeyId"], 400, ["NO_PERMISSION_TO_ENCRYPT_DECRYPT"]),
        ):
            before = self.settings().text
            answer = self.patch({"awsKms": {"customerMasterKeyID": candidate}})
            known = answer.code in codes and (status is None or answer.status == status) and 400 <= answer.status < 500
            self.checks.that(f"{name}: {answer.status} {answer.code}", known, f"wanted {status} {codes}, saw {answer}")
            self.checks.that("its header says the code too", answer.headers.get("x-error-code") == answer.code, answer.headers)
            self.checks.that("its sentence says something", len((answer.json or {}).get("detail") or "") > 20, answer)
            self.checks.equal("GET is the same to the byte", self.settings().text, before)

    def key_withdrawn(self):
        self.checks.section("the customer disables the key with boto3, and enables it again")
        kms, key = self.server.boto3("kms"), self.server.aws["keyId"]
        self.checks.that("it is valid before", self.valid())
        seen = len(self.events())
        kms.disable_key(KeyId=key)
        self.checks.within("GET says valid: false", INVALID_WITHIN, self.valid, lambda valid: valid is False)
        self.checks.that("the validity view says why", "KEY_DISABLED" in self.validity_view(), self.validity_view())
        for name in ("AWS_ENCRYPTION_KEY_INVALID", "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID"):
            self.checks.within(f"event {name}", 3, lambda: self.saw_since(seen, name))
        answer = self.patch({"awsKms": {"customerMasterKeyID": "00000000-0000-4000-8000-000000000000"}})
        self.checks.equal("the key cannot be exchanged now", (answer.status, answer.code), (400, "ENCRYPTION_AT_REST_SETTINGS_INVALID"))
        kms.enable_key(KeyId=key)
        self.checks.within("GET says valid: true again", 10, self.valid, lambda valid: valid is True)
        for name in ("AWS_ENCRYPTION_KEY_VALID", "ENCRYPTION_AT_REST_CONFIG_IS_VALID"):
            self.checks.within(f"event {name}", 3, lambda: self.saw_since(seen, name))

    def network_cut(self):
        self.checks.section("the network to AWS is cut, and comes back")
        for kind in ("reset", "html", "http500"):
            seen = len(self.events())
            self.server.console("POST", "faults", json={"provider": "aws", "operation": "*", "kind": kind})
            try:
                self.checks.throughout(f"{kind}: valid stays true", 6, self.valid, lambda valid: valid is True)
                name = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED"
                self.checks.within(f"{kind}: event {name}", 10, lambda: self.saw_since(seen, name))
                self.checks.that(f"{kind}: no event calls the key invalid", not self.saw_since(seen, "AWS_ENCRYPTION_KEY_INVALID"), self.events()[:5])
                if kind == "reset":
                    before = self.settings().text
                    answer = self.patch({"awsKms": {"customerMasterKeyID": self.another_key()}})
                    self.checks.equal("a candidate cannot be proved", (answer.status, answer.code), (400, name))
                    self.checks.equal("GET is the same to the byte", self.settings().text, before)
            finally:
                self.server.console("DELETE", "faults")
            name = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED"
            self.checks.within(f"{kind}: event {name}", 10, lambda: self.saw_since(seen, name))

    def another_key(self):
        return "00000000-0000-4000-8000-000000000001"

    def by_role(self):
        self.checks.section("access by a role")
        answer = self.patch(self.server.aws["rolePayload"])
        self.checks.equal("PATCH with the role", answer.status, 200)
        got, sent = (answer.json or {}).get("awsKms") or {}, self.server.aws["rolePayload"]["awsKms"]
        self.checks.equal("roleId comes back", (got.get("roleId"), got.get("valid")), (sent["roleId"], True))
        self.checks.equal("the access key is gone", got.get("accessKeyID"), None)
        answer = self.patch(self.server.aws["payload"])
        self.checks.that(f"there is no way back to an access key ({answer.status} {answer.code})", answer.status == 400, answer)

    def operator_broken(self):
        self.checks.section("the operator's own identity breaks: nobody's key is called invalid")
        seen = len(self.events())
        self.checks.that("no operator alert before", not self.server.operator_alert(), self.server.metrics())
        self.server.break_operator_identity()
        try:
            self.checks.within("/metrics shows the operator alert", 10, self.server.operator_alert)
            self.checks.throughout("valid stays true", 6, self.valid, lambda valid: valid is True)
            self.checks.that("no event calls the key invalid", not self.saw_since(seen, "AWS_ENCRYPTION_KEY_INVALID"), self.events()[:5])
            log = self.server.log.read_text(errors="replace").lower()
            self.checks.that("the log says so", "operator" in log and ("error" in log or "warn" in log), log[-800:])
        finally:
            self.server.mend_operator_identity()
        self.checks.within("the alert ends", 10, lambda: not self.server.operator_alert())
        self.checks.that("it is valid after", self.valid())

    def disable(self):
        self.checks.section("switching it off")
        answer = self.patch({field: {"enabled": False} for field in CLOUDS})
        self.checks.equal("PATCH enabled: false for all three, two of them off already", answer.status, 200)
        aws = (answer.json or {}).get("awsKms") or {}
        kept = {name: value for name, value in aws.items() if value is not None}
        self.checks.equal("nothing of it is left", kept, {"enabled": False, "valid": False})
        self.checks.equal("and on again with an access key", self.patch(self.server.aws["payload"]).status, 200)


def with_real_timings(checks):
    """The timings of `serve`: a key is checked every 60 s, and by a GET that finds the last check older than 10 s."""
    with DevServer("--real-timings") as server:
        day = FirstDay(checks, server)
        checks.section("with the timings of serve")
        checks.equal("PATCH", day.patch(server.aws["payload"]).status, 200)
        server.boto3("kms").disable_key(KeyId=server.aws["keyId"])
        checks.within("GET says valid: false", INVALID_WITHIN_REAL, day.valid, lambda valid: valid is False)


# The request body of the published page, as it stands there.
PUBLISHED_EXAMPLE = {
    "awsKms": {
        "accessKeyID": "019dd98d94b4bb778e7552e4", "customerMasterKeyID": "string", "enabled": True, "region": "US_GOV_WEST_1",
        "requirePrivateNetworking": True, "roleId": "32b6e34b3d91647abb20e7b8", "secretAccessKey": "string",
    },
    "azureKeyVault": {
        "azureEnvironment": "AZURE", "clientID": "string", "enabled": True,
        "keyIdentifier": "https://EXAMPLEKeyVault.vault.azure.net/keys/EXAMPLEKey/d891821e3d364e9eb88fbd3d11807b86",
        "keyVaultName": "string", "requirePrivateNetworking": True, "resourceGroupName": "string", "secret": "string",
        "subscriptionID": "string", "tenantID": "string",
    },
    "enabledForSearchNodes": True,
    "googleCloudKms": {
        "enabled": True, "roleId": "32b6e34b3d91647abb20e7b8", "serviceAccountKey": "string",
        "keyVersionResourceID": "projects/my-project-common-0/locations/us-east4/keyRings/my-key-ring-0/cryptoKeys/my-key-0/cryptoKeyVersions/1",
    },
}

with Checks("first_day", 480) as checks, DevServer() as server:
    day = FirstDay(checks, server)
    day.readme_curl()
    day.published_curls()
    day.azure_examples()
    day.google_examples()
    day.whole_example()
    day.other_clients()
    day.wrong_candidates()
    day.key_withdrawn()
    day.network_cut()
    day.by_role()
    day.operator_broken()
    day.disable()
    with_real_timings(checks)
