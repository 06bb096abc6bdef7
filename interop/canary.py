"""Secrets that went in must not come out: not in answers, the log at its most talkative, /metrics, the database files or a backup.
Keys that went in over KMIP come out there and nowhere else, in no spelling.

Secrets of access, and those by which people are told, are fed by `canary_access`.

Every secret is a canary: a text found nowhere else. dev.json, the simulated clouds' own files and the greeting are left out,
because they are there to show secrets to the person at the terminal.
"""
import base64
import hashlib
import json
import os
import pathlib
import secrets
import subprocess
import tempfile

import requests
from kmip.core.enums import CryptographicAlgorithm, CryptographicUsageMask, KMIPVersion, OpaqueDataType, SecretDataType
from kmip.pie.client import ProxyKmipClient
from kmip.pie.exceptions import KmipOperationFailure
from kmip.pie.objects import OpaqueObject, SecretData, SymmetricKey

from canary_access import Access, Installation
from dev_server import DevServer, program
from receivers import HookReceiver, MailServer
from tally import Checks

REALM = "MMS Public API"


class Canaries:
    def __init__(self, server):
        self.server, self.known = server, {}
        self.answers = []

    def named(self, name, value=None):
        """Makes a canary, or takes a real secret for one."""
        self.known[name] = value or f"canary-{secrets.token_hex(12)}"
        return self.known[name]

    def spelled(self, name, material):
        """Makes canaries of bytes, in every spelling that a program might print them in."""
        self.known[name] = material
        decimal = ", ".join(map(str, material))
        for spelling, text in (("hex", material.hex()), ("HEX", material.hex().upper()), ("decimal", decimal), ("no blanks", decimal.replace(" ", ""))):
            self.known[f"{name}, {spelling}"] = text
        for skip in range(3):
            # Amid other bytes: whichever third it begins at, less what its neighbours have a part in.
            whole = base64.b64encode(material[skip:])
            self.known[f"{name}, base64 from byte {skip}"] = whole[:len(whole) // 4 * 4 - 4].decode()
            self.known[f"{name}, base64url from byte {skip}"] = base64.urlsafe_b64encode(material[skip:])[:len(whole) // 4 * 4 - 4].decode()

    def send(self, method, url, **arguments):
        answer = requests.request(method, url, timeout=40, **arguments)
        self.answers.append((f"{method} {answer.status_code}", answer.text + json.dumps(dict(answer.headers))))
        return answer

    def patch(self, body, token, **arguments):
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.atlas.2023-01-01+json"}
        if isinstance(body, dict):
            return self.send("PATCH", self.server.settings_url(), json=body, headers=headers, **arguments)
        headers["Content-Type"] = "application/json"
        return self.send("PATCH", self.server.settings_url(), data=body, headers=headers, **arguments)


def feed(canaries):
    """Sends secrets in every way we know of, right and wrong."""
    server = canaries.server
    payload = server.aws["payload"]["awsKms"]
    canaries.named("stored cloud secret", payload["secretAccessKey"])
    account = server.dev["api"]["serviceAccount"]
    canaries.named("client secret", account["clientSecret"])
    public, private = server.key
    canaries.named("private key", private)
    canaries.named("HA1", hashlib.md5(f"{public}:{REALM}:{private}".encode()).hexdigest())
    token = canaries.named("access token", server.token())

    assert canaries.patch({"awsKms": payload}, token).status_code == 200
    canaries.patch({"awsKms": dict(payload, secretAccessKey=canaries.named("wrong cloud secret"))}, token)
    canaries.patch({"awsKms": dict(payload, secretAccessKey=[canaries.named("secret of the wrong type")])}, token)
    canaries.patch({"awsKms": dict(payload, secretAccesKey=canaries.named("secret under a misspelt name"))}, token)
    canaries.patch('{"awsKms": {"secretAccessKey": "%s", }' % canaries.named("secret in broken JSON"), token)
    canaries.patch('{"awsKms": {"secretAccessKey": "%s", "secretAccessKey": ""}}' % canaries.named("secret said twice"), token)
    feed_azure(canaries, token)
    feed_google(canaries, token)
    feed_roles(canaries, token)
    feed_keys(canaries, token)
    canaries.send("GET", server.settings_url(), headers={"Authorization": f"Bearer {canaries.named('wrong token')}"})
    canaries.send("GET", server.settings_url(), auth=requests.auth.HTTPDigestAuth(public, private))
    for secret in (canaries.named("wrong client secret"), account["clientSecret"]):
        answer = requests.post(
            server.base + "/api/oauth/token", data={"grant_type": "client_credentials"}, auth=(account["clientId"], secret), timeout=20,
        )
        if answer.ok:
            canaries.named("second access token", answer.json()["access_token"])


def feed_azure(canaries, token):
    server = canaries.server
    payload = server.azure["payload"]["azureKeyVault"]
    canaries.named("Azure's stored client secret", payload["secret"])
    canaries.named("Azure's client secret of the customer", server.azure["customer"]["clientSecret"])
    assert canaries.patch({"azureKeyVault": payload}, token).status_code == 200
    canaries.patch({"azureKeyVault": dict(payload, secret=canaries.named("Azure's wrong client secret"))}, token)
    canaries.patch({"azureKeyVault": {"enabled": True, "secret": canaries.named("Azure's client secret alone")}}, token)
    canaries.patch({"azureKeyVault": dict(payload, secret=[canaries.named("Azure's client secret in a list")])}, token)
    canaries.patch({"azureKeyVault": dict(payload, clientSecret=canaries.named("Azure's client secret misnamed"))}, token)
    canaries.patch({"azureKeyVault": dict(payload, secret=canaries.named("Azure's client secret with a blank") + " x")}, token)


def feed_google(canaries, token):
    server = canaries.server
    payload = server.gcp["payload"]["googleCloudKms"]
    key_file = json.loads(payload["serviceAccountKey"])
    canaries.named("Google's stored private key", line_of(key_file["private_key"]))
    canaries.named("Google's private key of the customer", line_of(json.loads(server.gcp["customer"]["serviceAccountKey"])["private_key"]))
    assert canaries.patch({"googleCloudKms": payload}, token).status_code == 200
    for name, changed in (
        ("alone", {"type": "service_account"}),
        ("that is no key", dict(key_file)),
        ("of an external account", dict(key_file, type="external_account")),
        ("for another token endpoint", dict(key_file, token_uri="https://tokens.example/token")),
        ("under another id", dict(key_file, private_key_id="0" * 40)),
    ):
        text = json.dumps(dict(changed, private_key=canaries.named(f"Google's private key {name}")))
        canaries.patch({"googleCloudKms": dict(payload, serviceAccountKey=text)}, token)
    broken = '{"private_key": "%s"' % canaries.named("Google's private key in broken JSON")
    canaries.patch({"googleCloudKms": dict(payload, serviceAccountKey=broken)}, token)
    as_object = {"private_key": canaries.named("Google's private key as an object")}
    canaries.patch({"googleCloudKms": dict(payload, serviceAccountKey=as_object)}, token)
    # A right file whose account does not sign by this key: it is tried at the token endpoint.
    canaries.patch({"googleCloudKms": dict(payload, serviceAccountKey=json.dumps(dict(key_file, private_key_id="0" * 40)))}, token)


def line_of(pem):
    """One line of a private key: however its line ends are written, this stays."""
    return max(pem.splitlines()[1:-1], key=len)


def feed_roles(canaries, token):
    """By role, so that the operator's own credentials are used; they are known from the simulated clouds' own files."""
    server = canaries.server
    for cloud in (server.aws, server.azure, server.gcp):
        assert canaries.patch(cloud["rolePayload"], token).status_code == 200
    for name, text in secrets_in(json.loads((server.folder / "clouds" / "azure.json").read_text()), "secret"):
        canaries.named(f"Azure's client secret {name}", text)
    for name, text in secrets_in(json.loads((server.folder / "clouds" / "gcp.json").read_text()), "private"):
        canaries.named(f"Google's private key {name}", line_of(text))
    # No token of a cloud's is known here, so none of their kind may be seen at all.
    canaries.named("any JSON web token, algorithm first", "eyJhbGciOi")
    canaries.named("any JSON web token, type first", "eyJ0eXAiOi")
    canaries.named("any access token of Google's", "ya29.")


def feed_keys(canaries, token):
    """Keys whose bytes we know: stored, read, used, destroyed, and refused. Afterwards whatever the API says of them is read."""
    server = canaries.server
    kmip = server.dev["kmip"]
    node = next(client for client in kmip["clients"] if client["role"] == "client" and client["cluster"] == "cluster0")
    masks = [CryptographicUsageMask.ENCRYPT, CryptographicUsageMask.DECRYPT]

    def new(name, size):
        material = os.urandom(size)
        canaries.spelled(name, material)
        return material

    with ProxyKmipClient(
        hostname=kmip["host"], port=kmip["port"], cert=node["certFile"], key=node["keyFile"], ca=kmip["caFile"],
        config_file=os.devnull, kmip_version=KMIPVersion.KMIP_1_2,
    ) as client:
        key = client.register(SymmetricKey(CryptographicAlgorithm.AES, 256, new("a master key", 32), masks, name="first"))
        client.register(SecretData(new("secret data", 96), SecretDataType.SEED, name="seed"))
        client.register(OpaqueObject(new("an opaque object", 64), OpaqueDataType.NONE, name="opaque"))
        client.activate(key)
        canaries.spelled("a master key that Atrest made", client.get(client.create(CryptographicAlgorithm.AES, 256)).value)
        text = new("a text to encrypt", 48)
        data, iv = client.encrypt(text, uid=key)
        assert client.decrypt(data, uid=key, iv_counter_nonce=iv) == text
        gone = client.register(SymmetricKey(CryptographicAlgorithm.AES, 256, new("a destroyed master key", 32), masks, name="gone"))
        client.destroy(gone)
        wrong = SymmetricKey(CryptographicAlgorithm.AES, 256, new("a master key whose name is taken", 32), masks, name="canary")
        client.register(SymmetricKey(CryptographicAlgorithm.AES, 256, new("a named master key", 32), masks, name="canary"))
        try:
            client.register(wrong)
        except KmipOperationFailure as refused:
            canaries.answers.append(("Register", str(refused)))
    headers = {"Authorization": f"Bearer {token}"}
    group = f"{server.base}/api/atrest/v1/groups/{kmip['projectId']}"
    listed = canaries.send("GET", f"{group}/masterKeys?itemsPerPage=500", headers=headers)
    for one in listed.json()["results"]:
        canaries.send("GET", f"{group}/masterKeys/{one['id']}", headers=headers)
    for rest in ("customerKeys", "rotations", "clusters/cluster0/nodes"):
        canaries.send("GET", f"{group}/{rest}", headers=headers)
    canaries.send("GET", server.atlas(f"/groups/{kmip['projectId']}/events?itemsPerPage=500"), headers=headers)


def secrets_in(tree, name, path=""):
    """Every text called `name` in a tree of JSON, with where it stands."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == name and isinstance(value, str):
                yield path, value
            else:
                yield from secrets_in(value, name, f"{path}/{key}")
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from secrets_in(value, name, f"{path}/{number}")


def backup(configuration, to):
    """Makes a backup of a stopped server's database, as its operator would."""
    command = [program("atrest"), "backup", "--config", str(configuration), "--to", str(to)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return to.read_bytes()


def backup_of_dev(server):
    configuration, to = server.folder.parent / "atrest.toml", server.folder.parent / "atrest.backup"
    data, root_key = json.dumps(str(server.folder / "data")), json.dumps(str(server.folder / "root.key"))
    configuration.write_text(f"[storage]\nsqlite_dir = {data}\n[root_key]\nfile = {root_key}\n")
    return backup(configuration, to)


def files_of(folder):
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def looked_for(checks, canaries, metrics, files, backups, logs):
    """Looks for every canary, everywhere."""
    answers = [(what, text.encode()) for what, text in canaries.answers]
    for name, secret in canaries.known.items():
        secret = secret if isinstance(secret, bytes) else secret.encode()
        checks.that(f"{name}: in no answer", not (found := [what for what, text in answers if secret in text]), found)
        checks.that(f"{name}: not in /metrics", secret not in metrics, "found")
        held = [path.name for path, data in files.items() if secret in data]
        checks.that(f"{name}: not in the database files", not held, held)
        checks.that(f"{name}: not in a backup", not any(secret in one for one in backups), "found")
        seen = [(log, log.find(secret)) for log in logs if secret in log]
        checks.that(f"{name}: not in the log", not seen, [log[max(0, at - 200):at] for log, at in seen])


def main():
    trace = {"RUST_LOG": "trace", "ATREST_LOG": "trace"}
    with Checks("canary", 300) as checks, tempfile.TemporaryDirectory(prefix="atrest-canary-") as place, MailServer() as mails:
        place = pathlib.Path(place)
        password = f"canary-{secrets.token_hex(12)}"
        with HookReceiver(place) as hooks, MailServer("atrest", password) as strict:
            hooks.secret = f"canary-{secrets.token_hex(12)}"
            options = ("--smtp", mails.address, "--webhooks-ca", str(hooks.certificate))
            with DevServer(*options, environment=trace) as server:
                canaries = Canaries(server)
                feed(canaries)
                Access(checks, canaries, mails, hooks, canaries.known["access token"]).run()
                metrics = server.metrics().encode()
                server.stop()
                folder = place / "serve"
                folder.mkdir()
                serving = Installation(checks, canaries, folder, strict, password).run()
                logs = [server.log.read_bytes(), serving.log.read_bytes()]
                files = files_of(server.folder / "data") | files_of(folder / "data")
                backups = [backup_of_dev(server), backup(serving.configuration, folder / "atrest.backup")]
                checks.that("backups were made", all(len(one) > 1000 for one in backups), list(map(len, backups)))
                checks.that("the log is at its most talkative", b"TRACE" in logs[0].upper(), logs[0][:500])
                checks.that("the log of what signs in to a mail server tells of its requests", b"answered" in logs[1], logs[1][:500])
                checks.that("database files were read", files, list(server.folder.rglob("*"))[:20])
                looked_for(checks, canaries, metrics + serving.metrics, files, backups, logs)


main()
