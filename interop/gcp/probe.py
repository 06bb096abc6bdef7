#!/usr/bin/env python3
"""Ask a simulated Google Cloud what Google documents, with Google's own Python clients.

usage: probe.py < keys.json

keys.json is the line that `cargo run -p simulators --example gcp` prints: where the token endpoint, IAM and KMS are, and the
key of a service account that owns the project. Everything else is made here: a key ring, keys, service accounts. Loopback
endpoints only; nothing is started here. Every line of the table is one case: what was done, what Google documents, what
came. A closing line counts; the exit code is 1 if anything failed.
"""
import base64
import json
import pathlib
import sys
import uuid
from importlib.metadata import version
from urllib.parse import urlsplit

import google_crc32c
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core.exceptions import GoogleAPICallError
from google.auth import impersonated_credentials
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.cloud import kms_v1
from google.cloud.kms_v1.services.key_management_service.transports.rest import KeyManagementServiceRestTransport
from google.oauth2 import service_account

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from table import OK, Table  # noqa: E402

KMS, IAM, ALL = (f"https://www.googleapis.com/auth/{scope}" for scope in ("cloudkms", "iam", "cloud-platform"))
PLAIN, DATA = b"thirty-two bytes of a master key", b"project 1"
LOCATION = "us-east4"
ENCRYPTER, DECRYPTER = "roles/cloudkms.cryptoKeyEncrypter", "roles/cloudkms.cryptoKeyDecrypter"
BOTH, VIEWER = "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"
State = kms_v1.CryptoKeyVersion.CryptoKeyVersionState
Purpose = kms_v1.CryptoKey.CryptoKeyPurpose
Algorithm = kms_v1.CryptoKeyVersion.CryptoKeyVersionAlgorithm

# Filled by main(): what the example printed.
given = {}


# ---- what a call comes to ------------------------------------------------------------------------

def outcome(call):
    """('ok', answer) or (the status in the answer's body, error): the client's own classes follow HTTP alone."""
    try:
        return OK, call()
    except GoogleAPICallError as error:
        return status_of(error.response.json()), error
    except RefreshError as error:
        said = error.args[-1]
        said = json.loads(said) if isinstance(said, str) and said.startswith("{") else said
        return status_of(said) if isinstance(said, dict) else f"no answer: {error}", error
    except requests.HTTPError as error:
        return status_of(error.response.json()), error
    except ValueError as error:
        return "ValueError", error


def status_of(body):
    """`google.rpc.Status` from a service, OAuth's two words from the token endpoint."""
    error = body.get("error", "no error")
    return error if isinstance(error, str) else error.get("status", "no status")


def well_formed(error):
    if not isinstance(error, (GoogleAPICallError, requests.HTTPError)):
        return None
    body, http = error.response.json()["error"], error.response.status_code
    expected = {"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
                "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409}
    if http != expected.get(body["status"]) or body["code"] != http or not body["message"]:
        return f"with HTTP {http}, code {body['code']}, message {body['message']!r}"
    return None


table = Table(outcome, well_formed)
case, holds = table.case, table.holds


# ---- clients -------------------------------------------------------------------------------------

def credentials(file, scope=KMS, **changed):
    return service_account.Credentials.from_service_account_info(file | changed, scopes=[scope])


def kms_client(by, self_signed=False):
    at = urlsplit(given["endpoint"])
    transport = KeyManagementServiceRestTransport(
        host=at.netloc, credentials=by, url_scheme=at.scheme, always_use_jwt_access=self_signed)
    return kms_v1.KeyManagementServiceClient(transport=transport)


class Iam:
    """The IAM API by REST: its own client is a package of its own, this is what it would send."""

    def __init__(self, file):
        self.session, self.project = AuthorizedSession(credentials(file, ALL)), file["project_id"]

    def ask(self, method, path, body=None):
        answer = self.session.request(method, f"{given['endpoint']}/v1/projects/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def make_account(self):
        made = self.ask("POST", f"{self.project}/serviceAccounts", {"accountId": f"probe-{uuid.uuid4().hex[:8]}"})
        return f"{self.project}/serviceAccounts/{made['email']}", made["email"]

    def make_key(self, account):
        made = self.ask("POST", f"{account}/keys", {})
        return made["name"].removeprefix("projects/"), json.loads(base64.b64decode(made["privateKeyData"]))

    def grant(self, account, *bindings):
        policy = {"bindings": [{"role": role, "members": [f"serviceAccount:{email}"]} for role, email in bindings]}
        return self.ask("POST", f"{account}:setIamPolicy", {"policy": policy})


class Key:
    """A key of the project's, as a client of KMS uses it."""

    def __init__(self, client, name):
        self.client, self.name = client, name
        self.first = f"{name}/cryptoKeyVersions/1"

    def encrypt(self, name=None, plain=PLAIN, data=DATA, **more):
        sums = dict(plaintext_crc32c=google_crc32c.value(plain), additional_authenticated_data_crc32c=google_crc32c.value(data))
        fields = dict(name=name or self.name, plaintext=plain, additional_authenticated_data=data)
        return self.client.encrypt(request=fields | sums | more)

    def decrypt(self, text, name=None, data=DATA, **more):
        fields = dict(name=name or self.name, ciphertext=text, ciphertext_crc32c=google_crc32c.value(text),
                      additional_authenticated_data=data)
        return self.client.decrypt(request=fields | more)

    def set_state(self, state, name=None):
        changed = dict(name=name or self.first, state=state)
        return self.client.update_crypto_key_version(request=dict(crypto_key_version=changed, update_mask={"paths": ["state"]}))

    def destroy(self):
        return self.client.destroy_crypto_key_version(name=self.first)

    def restore(self):
        return self.client.restore_crypto_key_version(name=self.first)


def new_key(client, ring, purpose=Purpose.ENCRYPT_DECRYPT, **more):
    made = client.create_crypto_key(request=dict(parent=ring, crypto_key_id=f"k-{uuid.uuid4().hex[:8]}",
                                                 crypto_key=dict(purpose=purpose) | more))
    return Key(client, made.name)


def opened(answer):
    return answer.plaintext == PLAIN and answer.plaintext_crc32c == google_crc32c.value(PLAIN)


# ---- cases ---------------------------------------------------------------------------------------

def tokens(file, ring):
    refresh = lambda by: lambda: by.refresh(Request())
    case("token for a signed assertion", OK, refresh(credentials(file)))
    case("unknown private key id", "invalid_grant", refresh(credentials(file, private_key_id="0" * 40)))
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    case("another private key under that id", "invalid_grant", refresh(credentials(file, private_key=stranger)))
    nobody = "nobody@nothing.iam.gserviceaccount.com"
    case("unknown account", "invalid_grant", refresh(credentials(file, client_email=nobody)))
    case("a scope that is none", "invalid_scope", refresh(credentials(file, "https://www.googleapis.com/auth/nothing")))
    case("in the name of a person", "unauthorized_client", refresh(credentials(file).with_subject("a@example.com")))

    get = lambda by, **more: lambda: kms_client(by, **more).get_key_ring(name=ring)
    case("KMS takes a token for it", OK, get(credentials(file)))
    case("KMS takes one for everything", OK, get(credentials(file, ALL)))
    case("KMS refuses a token for IAM alone", "PERMISSION_DENIED", get(credentials(file, IAM)))
    case("KMS takes what the account signed itself", OK, get(credentials(file), self_signed=True))
    by = credentials(file)
    by.refresh(Request())
    bent = by.token[:-2] + ("AA" if by.token[-2:] != "AA" else "BB")
    case("KMS refuses a bent token", "UNAUTHENTICATED", lambda: get_with(bent, ring))
    case("KMS refuses another text", "UNAUTHENTICATED", lambda: get_with("none", ring))
    answer = requests.get(f"{given['endpoint']}/v1/{ring}", timeout=10)
    reason = answer.json()["error"]["details"][0]["reason"]
    holds("without a token: 401 CREDENTIALS_MISSING", (answer.status_code, reason) == (401, "CREDENTIALS_MISSING"), answer.text)


def get_with(token, name):
    """A GET with one token: the client would fetch another where this one is refused."""
    answer = requests.get(f"{given['endpoint']}/v1/{name}", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    answer.raise_for_status()


def accounts(iam, ring):
    account, _ = iam.make_account()
    key, file = iam.make_key(account)
    by = lambda: credentials(file).refresh(Request())
    early = credentials(file)
    early.refresh(Request())
    late = lambda: get_with(early.token, ring)
    case("a new account's new key", OK, by)
    case("what it may before anybody grants it", "PERMISSION_DENIED", late)
    for what, code in (("disable", "invalid_grant"), ("enable", OK)):
        case(f"{what} its key", OK, lambda: iam.ask("POST", f"{key}:{what}", {}))
        case(f"token after that: {what} its key", code, by)
    for what, code, then in (("disable", "invalid_grant", "UNAUTHENTICATED"), ("enable", OK, "PERMISSION_DENIED")):
        case(f"{what} the account", OK, lambda: iam.ask("POST", f"{account}:{what}", {}))
        case(f"token after that: {what} the account", code, by)
        case(f"a token from before: {what} the account", then, late)
    case("delete its key", OK, lambda: iam.ask("DELETE", key))
    case("token after that: delete its key", "invalid_grant", by)
    case("delete it twice", "NOT_FOUND", lambda: iam.ask("DELETE", key))


def keys(client, ring):
    case("create the key ring twice", "ALREADY_EXISTS",
         lambda: client.create_key_ring(parent=ring.rsplit("/keyRings/", 1)[0], key_ring_id=ring.rsplit("/", 1)[1], key_ring={}))
    key = case("create a key", OK, lambda: new_key(client, ring, labels={"atrest-project": "p1"}))
    read = lambda: client.get_crypto_key(name=key.name)
    case("read the key", OK, read, lambda k: k.primary.name == key.first and k.primary.state == State.ENABLED,
         lambda k: k.purpose == Purpose.ENCRYPT_DECRYPT and k.labels == {"atrest-project": "p1"},
         lambda k: k.version_template.algorithm == Algorithm.GOOGLE_SYMMETRIC_ENCRYPTION)
    case("read its version", OK, lambda: client.get_crypto_key_version(name=key.first),
         lambda v: v.state == State.ENABLED and v.protection_level == kms_v1.ProtectionLevel.SOFTWARE,
         lambda v: v.create_time is not None and v.generate_time is not None and not v.destroy_time)
    case("read no such key", "NOT_FOUND", lambda: client.get_crypto_key(name=f"{ring}/cryptoKeys/nothing"))
    case("read no such version", "NOT_FOUND", lambda: client.get_crypto_key_version(name=f"{key.name}/cryptoKeyVersions/99"))
    case("read a name that is none", "ValueError", lambda: client.get_crypto_key(name="keys/nothing"))
    labels = dict(crypto_key=dict(name=key.name, labels={"a": "b"}), update_mask={"paths": ["labels"]})
    case("other labels", OK, lambda: client.update_crypto_key(request=labels), lambda k: k.labels == {"a": "b"})
    made = {new_key(client, ring).name for _ in range(3)} | {key.name}
    case("list the keys, two a page", OK, lambda: {k.name for k in client.list_crypto_keys(request=dict(parent=ring, page_size=2))},
         lambda names: made <= names)
    case("list its versions", OK, lambda: [v.name for v in client.list_crypto_key_versions(parent=key.name)],
         lambda names: names == [key.first])
    signing = new_key(client, ring, Purpose.ASYMMETRIC_SIGN, version_template=dict(algorithm=Algorithm.EC_SIGN_P256_SHA256))
    case("encrypt with a signing key", "FAILED_PRECONDITION", signing.encrypt)
    return key


def cryptography(client, ring):
    key, other = new_key(client, ring), new_key(client, ring)
    sealed = case("encrypt on the version", OK, lambda: key.encrypt(key.first), lambda e: e.name == key.first,
                  lambda e: e.verified_plaintext_crc32c and e.verified_additional_authenticated_data_crc32c,
                  lambda e: e.ciphertext_crc32c == google_crc32c.value(e.ciphertext)).ciphertext
    case("encrypt on the key: by its primary", OK, key.encrypt, lambda e: e.name == key.first)
    case("decrypt on the key", OK, lambda: key.decrypt(sealed), opened, lambda d: d.used_primary)
    case("decrypt on the version: the client knows no such call", "ValueError", lambda: key.decrypt(sealed, key.first))
    case("without a checksum nothing is verified", OK, lambda: client.encrypt(request=dict(name=key.name, plaintext=PLAIN)),
         lambda e: not e.verified_plaintext_crc32c and e.ciphertext_crc32c == google_crc32c.value(e.ciphertext))
    case("a checksum of other plaintext", "INVALID_ARGUMENT", lambda: key.encrypt(plaintext_crc32c=1))
    case("a checksum of other data", "INVALID_ARGUMENT", lambda: key.encrypt(additional_authenticated_data_crc32c=1))
    case("a checksum of other ciphertext", "INVALID_ARGUMENT", lambda: key.decrypt(sealed, ciphertext_crc32c=1))
    case("decrypt with other data", "INVALID_ARGUMENT", lambda: key.decrypt(sealed, data=b"project 2"))
    case("decrypt without the data", "INVALID_ARGUMENT", lambda: key.decrypt(sealed, data=b""))
    case("decrypt with a bit flipped", "INVALID_ARGUMENT", lambda: key.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1])))
    case("decrypt with another key", "INVALID_ARGUMENT", lambda: key.decrypt(sealed, other.name))
    case("decrypt random bytes", "INVALID_ARGUMENT", lambda: key.decrypt(b"x" * 100))
    case("encrypt 64 KiB", OK, lambda: key.encrypt(plain=b"x" * 65536), lambda e: len(e.ciphertext) > 65536)
    case("encrypt one byte more", "INVALID_ARGUMENT", lambda: key.encrypt(plain=b"x" * 65537))
    case("encrypt with no such key", "NOT_FOUND", lambda: key.encrypt(f"{ring}/cryptoKeys/nothing"))
    case("encrypt with no such version", "NOT_FOUND", lambda: key.encrypt(f"{key.name}/cryptoKeyVersions/99"))
    return key, sealed


def states(key, sealed):
    decrypt, read = lambda: key.decrypt(sealed), lambda: key.client.get_crypto_key_version(name=key.first)
    is_in = lambda state: lambda v: v.state == state
    case("disable the version", OK, lambda: key.set_state(State.DISABLED), is_in(State.DISABLED))
    case("disabled: it can be read", OK, read, is_in(State.DISABLED))
    case("disabled: encrypt on the version", "FAILED_PRECONDITION", lambda: key.encrypt(key.first))
    case("disabled: encrypt on the key", "FAILED_PRECONDITION", key.encrypt)
    case("disabled: decrypt", "FAILED_PRECONDITION", decrypt)
    case("disabled: restore", "FAILED_PRECONDITION", key.restore)
    case("enable it", OK, lambda: key.set_state(State.ENABLED), is_in(State.ENABLED))
    case("enabled again: decrypt", OK, decrypt, opened)

    case("destroy the version", OK, key.destroy, is_in(State.DESTROY_SCHEDULED), lambda v: v.destroy_time is not None)
    case("to be destroyed: it can be read", OK, read, is_in(State.DESTROY_SCHEDULED))
    case("to be destroyed: encrypt", "FAILED_PRECONDITION", key.encrypt)
    case("to be destroyed: decrypt", "FAILED_PRECONDITION", decrypt)
    case("to be destroyed: enable", "FAILED_PRECONDITION", lambda: key.set_state(State.ENABLED))
    case("to be destroyed: destroy", "FAILED_PRECONDITION", key.destroy)
    case("restore it: it is disabled then", OK, key.restore, is_in(State.DISABLED), lambda v: not v.destroy_time)
    case("restored but disabled: decrypt", "FAILED_PRECONDITION", decrypt)
    case("enable it after all", OK, lambda: key.set_state(State.ENABLED))
    case("restored and enabled: decrypt", OK, decrypt, opened)
    case("set a state that nobody sets", "INVALID_ARGUMENT", lambda: key.set_state(State.DESTROYED))


def rotation(key, sealed):
    second = case("create a version", OK, lambda: key.client.create_crypto_key_version(parent=key.name, crypto_key_version={}),
                  lambda v: v.name == f"{key.name}/cryptoKeyVersions/2" and v.state == State.ENABLED).name
    case("it is not the primary yet", OK, key.encrypt, lambda e: e.name == key.first)
    case("make it the primary", OK, lambda: key.client.update_crypto_key_primary_version(name=key.name, crypto_key_version_id="2"),
         lambda k: k.primary.name == second)
    newer = case("encrypt on the key: by the new one", OK, key.encrypt, lambda e: e.name == second).ciphertext
    case("what the old one sealed", OK, lambda: key.decrypt(sealed), opened, lambda d: not d.used_primary)
    key.set_state(State.DISABLED)
    case("the old one disabled: what it sealed", "FAILED_PRECONDITION", lambda: key.decrypt(sealed))
    case("the old one disabled: what the new one sealed", OK, lambda: key.decrypt(newer), opened)
    key.set_state(State.ENABLED)
    case("make no version the primary", "NOT_FOUND/INVALID_ARGUMENT",
         lambda: key.client.update_crypto_key_primary_version(name=key.name, crypto_key_version_id="99"))


def permissions(client, iam, key, sealed):
    account, email = iam.make_account()
    _, file = iam.make_key(account)
    theirs = Key(kms_client(credentials(file)), key.name)
    member = f"serviceAccount:{email}"
    policy = lambda: client.get_iam_policy(request=dict(resource=key.name))

    def put(*roles, **more):
        bindings = [dict(role=role, members=[member]) for role in roles]
        return client.set_iam_policy(request=dict(resource=key.name, policy=dict(bindings=bindings) | more))

    encrypt, decrypt = theirs.encrypt, lambda: theirs.decrypt(sealed)
    case("nothing granted: decrypt", "PERMISSION_DENIED", decrypt)
    case("grant both on the key", OK, lambda: put(BOTH), lambda p: [list(b.members) for b in p.bindings] == [[member]])
    case("both: encrypt", OK, encrypt)
    case("both: decrypt", OK, decrypt, opened)
    case("both: read the version", "PERMISSION_DENIED", lambda: theirs.client.get_crypto_key_version(name=key.first))
    case("both: disable the version", "PERMISSION_DENIED", lambda: theirs.set_state(State.DISABLED))
    case("grant reading too", OK, lambda: put(BOTH, VIEWER))
    case("reading too: read the version", OK, lambda: theirs.client.get_crypto_key_version(name=key.first))
    case("which permissions it has", OK, lambda: theirs.client.test_iam_permissions(request=dict(resource=key.name, permissions=[
        "cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.destroy"])),
        lambda answer: list(answer.permissions) == ["cloudkms.cryptoKeyVersions.useToDecrypt"])
    case("leave encrypting only", OK, lambda: put(ENCRYPTER))
    case("encrypting only: encrypt", OK, encrypt)
    case("encrypting only: decrypt", "PERMISSION_DENIED", decrypt)
    case("leave decrypting only", OK, lambda: put(DECRYPTER))
    case("decrypting only: encrypt", "PERMISSION_DENIED", encrypt)
    old = policy().etag
    case("take everything away", OK, put, lambda p: not p.bindings)
    case("everything taken away: decrypt", "PERMISSION_DENIED", decrypt)
    case("everything taken away: a key that is not", "PERMISSION_DENIED", lambda: theirs.encrypt(key.name + "x"))
    case("the owner goes on", OK, lambda: key.decrypt(sealed), opened)
    case("set a policy by an old etag", "ABORTED", lambda: put(BOTH, etag=old))
    case("set it by the present one", OK, lambda: put(BOTH, etag=policy().etag))
    case("given back: decrypt", OK, decrypt, opened)
    return email, file


def impersonation(iam, key, sealed, email, file):
    role_account, role_email = iam.make_account()
    source = credentials(file, IAM)

    def as_role():
        return impersonated_credentials.Credentials(
            source_credentials=source, target_principal=role_email, target_scopes=[KMS], lifetime=3600,
            iam_endpoint_override=f"{given['endpoint']}/v1/projects/-/serviceAccounts/{role_email}:generateAccessToken")

    token = lambda: as_role().refresh(Request())
    decrypt = lambda: Key(kms_client(as_role()), key.name).decrypt(sealed)
    case("impersonate, nothing granted", "PERMISSION_DENIED", token)
    case("let the caller impersonate it", OK, lambda: iam.grant(role_account, ("roles/iam.serviceAccountTokenCreator", email)))
    case("impersonate", OK, token)
    case("it has no permission on the key: decrypt", "PERMISSION_DENIED", decrypt)
    key.client.set_iam_policy(request=dict(resource=key.name, policy=dict(bindings=[
        dict(role=BOTH, members=[f"serviceAccount:{role_email}"])])))
    case("it has one: decrypt", OK, decrypt, opened)
    case("the caller alone has none now: decrypt", "PERMISSION_DENIED",
         lambda: Key(kms_client(credentials(file)), key.name).decrypt(sealed))
    case("take impersonation away", OK, lambda: iam.grant(role_account))
    case("impersonate, taken away", "PERMISSION_DENIED", token)
    case("impersonate no account", "PERMISSION_DENIED/NOT_FOUND", lambda: iam.ask(
        "POST", f"-/serviceAccounts/nobody@{iam.project}.iam.gserviceaccount.com:generateAccessToken", {"scope": [KMS]}))


def wire(file, key):
    """What no client shows: names beside numbers, and requests that are wrong."""
    by = credentials(file)
    by.refresh(Request())

    def ask(method, path, **arguments):
        return requests.request(method, f"{given['endpoint']}/v1/{path}", headers={"Authorization": f"Bearer {by.token}"},
                                timeout=10, **arguments)

    answer = ask("GET", key.first).json()
    holds("an enumeration goes out by its name", answer["state"] == "ENABLED", answer)
    answer = ask("GET", key.first + "?$alt=json;enum-encoding=int").json()
    holds("or by its number, where that is asked for", answer["state"] == 1, answer)
    sums = ask("POST", f"{key.name}:encrypt", json={"plaintext": "eA==", "plaintextCrc32c": str(google_crc32c.value(b"x"))}).json()
    holds("a checksum is digits in a string", sums["ciphertextCrc32c"].isdigit() and sums["verifiedPlaintextCrc32c"] is True, sums)
    for what, path, body in (
        ("a field that is none", f"{key.name}:encrypt", {"plaintext": "eA==", "nothing": 1}),
        ("bytes that are no base64", f"{key.name}:encrypt", {"plaintext": "?"}),
        ("text for bytes", f"{key.name}:encrypt", {"plaintext": 1}),
    ):
        answer = ask("POST", path, json=body)
        holds(f"{what}: INVALID_ARGUMENT", (answer.status_code, status_of(answer.json())) == (400, "INVALID_ARGUMENT"), answer.text)
    answer = ask("POST", f"{key.first}:decrypt", json={"ciphertext": "eA=="})
    holds("decrypt on a version: 404", answer.status_code == 404, answer.text)


def main():
    global given
    given = json.loads(sys.stdin.readline())
    given["endpoint"] = given["endpoint"].rstrip("/")
    if urlsplit(given["endpoint"]).hostname not in ("127.0.0.1", "::1", "localhost"):
        sys.exit("loopback endpoints only")
    file = given["serviceAccountKey"]
    file = json.loads(file) if isinstance(file, str) else file
    client, iam = kms_client(credentials(file)), Iam(file)
    print(f"google-cloud-kms {version('google-cloud-kms')}, google-auth {version('google-auth')} against {given['endpoint']}")

    place = f"projects/{file['project_id']}/locations/{LOCATION}"
    ring = case("create a key ring", OK, lambda: client.create_key_ring(
        parent=place, key_ring_id=f"probe-{uuid.uuid4().hex[:8]}", key_ring={})).name
    tokens(file, ring)
    accounts(iam, ring)
    keys(client, ring)
    key, sealed = cryptography(client, ring)
    states(key, sealed)
    rotation(key, sealed)
    impersonation(iam, key, sealed, *permissions(client, iam, key, sealed))
    wire(file, key)
    table.close()


if __name__ == "__main__":
    main()
