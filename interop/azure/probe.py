#!/usr/bin/env python3
"""Ask a simulated Azure what Microsoft documents, with Microsoft's own Python SDKs.

usage: probe.py < keys.json

keys.json is the line that `cargo run -p simulators --example azure -- --ca FILE` prints: where Entra, the vault and Resource
Manager are, and an application that may do everything there. What only a directory's administrator can do (a secret that
expires, a role taken away) is done at the simulators' console. Loopback endpoints only; nothing is started here. Every line
of the table is one case: what was done, what Azure documents, what came. A closing line counts; the exit code is 1 if
anything failed.
"""
import json
import logging
import pathlib
import re
import sys
import uuid
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from urllib.parse import urlsplit

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys._generated.models import KeyOperationsParameters
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm, KeyWrapAlgorithm
from azure.mgmt.keyvault import KeyVaultManagementClient

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from private import private  # noqa: E402
from table import OK, Table  # noqa: E402

PLAIN = b"thirty-two bytes of a master key"
OAEP, OAEP_256 = "RSA-OAEP", "RSA-OAEP-256"
VAULT_SCOPE, ARM_SCOPE = "https://vault.azure.net/.default", "https://management.azure.com/.default"
NOBODY = "00000000-0000-4000-8000-000000000000"
NO_VERSION = "0" * 32

# The SDK logs every refusal of Entra's; the table shows them.
logging.getLogger("azure").setLevel(logging.CRITICAL)

# Filled by main(): what the example printed.
given = {}


# ---- what a call comes to ------------------------------------------------------------------------

def outcome(call):
    """('ok', answer) or (AADSTS code, `innererror` or code, error). A refusal of Entra's comes as its AADSTS number."""
    try:
        return OK, call()
    except HttpResponseError as error:
        if "Unable to get authority configuration" in str(error):
            return "no such authority", error
        entra = re.search(r"AADSTS\d+", str(error))
        if entra:
            return entra.group(0), error
        body = body_of(error).get("error", {})
        return (body.get("innererror") or {}).get("code") or body.get("code", f"HTTP {error.status_code}"), error


def body_of(error):
    try:
        return error.response.json()
    except (AttributeError, ValueError):
        return {}


def well_formed(error):
    """An error of Key Vault or Resource Manager has a code, words and a request id, and the status that goes with it."""
    if error.response is None:
        return None
    body, headers = body_of(error).get("error", {}), error.response.headers
    expected = {"Forbidden": 403, "KeyNotFound": 404, "BadParameter": 400, "Conflict": 409, "Unauthorized": 401}
    if not body.get("message") or "x-ms-request-id" not in headers:
        return "without words or request id"
    if error.status_code != expected.get(body["code"], error.status_code):
        return f"with HTTP {error.status_code}"
    return None


table = Table(outcome, well_formed)
case, holds = table.case, table.holds


# ---- clients -------------------------------------------------------------------------------------

def credential(secret=None, tenant=None, client=None):
    return ClientSecretCredential(
        tenant or given["tenant"], client or given["clientId"], secret or given["clientSecret"], authority=given["endpoint"],
        disable_instance_discovery=True, connection_verify=given["caFile"], retry_total=0,
    )


def key_client(by=None):
    """A fresh client: it has no token yet."""
    return KeyClient(
        given["endpoint"], by or credential(), verify_challenge_resource=False, connection_verify=given["caFile"], retry_total=0)


def management_client(subscription=None, scope=ARM_SCOPE):
    return KeyVaultManagementClient(
        credential(), subscription or given["subscription"], base_url=given["endpoint"], credential_scopes=[scope],
        connection_verify=given["caFile"], retry_total=0, polling_interval=0,
    )


def console(method, path):
    """Plays the administrator of the directory."""
    answer = requests.request(method, given["console"] + path, headers={"X-Console-Token": given["consoleToken"]}, timeout=10)
    answer.raise_for_status()
    return answer.json() if answer.text else None


class Fixed:
    """A credential that has one token, and gives it for every scope."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *_, **__):
        return AccessToken(self.token, int(datetime.now(timezone.utc).timestamp()) + 600)


class Remote:
    """The four uses of a key, each as a request: the SDK itself encrypts and wraps with the public key alone."""

    def __init__(self, keys, name, version):
        self.keys, self.name, self.version = keys, name, version

    def _ask(self, act, value, algorithm):
        answer = getattr(self.keys._client, act)(self.name, self.version, KeyOperationsParameters(algorithm=algorithm, value=value))
        return answer.result

    def encrypt(self, value=PLAIN, algorithm=OAEP_256):
        return self._ask("encrypt", value, algorithm)

    def decrypt(self, value, algorithm=OAEP_256):
        return self._ask("decrypt", value, algorithm)

    def wrap(self, value=PLAIN, algorithm=OAEP_256):
        return self._ask("wrap_key", value, algorithm)

    def unwrap(self, value, algorithm=OAEP_256):
        return self._ask("unwrap_key", value, algorithm)


def new_name():
    return f"probe-{uuid.uuid4().hex[:8]}"


def in_days(days):
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days)


# ---- cases ---------------------------------------------------------------------------------------

def tokens():
    ask = lambda scope=VAULT_SCOPE, **more: lambda: credential(**more).get_token(scope)
    token = case("token for the vault", OK, ask(), lambda t: t.expires_on > datetime.now(timezone.utc).timestamp() + 3000).token
    for_arm = case("token for Resource Manager", OK, ask(ARM_SCOPE)).token
    case("wrong client secret", "AADSTS7000215", ask(secret="wrong"))
    case("unknown application", "AADSTS700016", ask(client=NOBODY))
    # The SDK asks for a tenant's configuration before it asks for a token, and shows only that there is none.
    case("unknown tenant", "no such authority", ask(tenant=NOBODY))
    case("a resource that is none", "AADSTS500011", ask("https://nothing.example/.default"))
    case("a scope without .default", "AADSTS1002012", ask("https://vault.azure.net/read"))

    app = next(app for tenant in console("GET", "azure")["tenants"] for app in tenant["apps"] if app["clientId"] == given["clientId"])
    [secret] = app["secrets"]
    for act, code in (("expire", "AADSTS7000222"), ("renew", OK), ("remove", "AADSTS7000215"), ("restore", OK)):
        console("POST", f"azure/secrets/{secret['id']}/{act}")
        case(f"the administrator's act on the client secret: {act}", code, ask())
    principal = f"azure/service-principals/{given['objectId']}"
    console("POST", principal + "/remove")
    case("service principal taken away", "AADSTS7000229", ask())
    case("a token it got before", "Unauthorized", lambda: key_client(Fixed(token)).get_key("nothing"))
    console("POST", principal + "/restore")

    get = lambda by: lambda: key_client(by).get_key("nothing")
    case("a vault takes a token for it", "KeyNotFound", get(Fixed(token)))
    case("a vault refuses Resource Manager's token", "Unauthorized", get(Fixed(for_arm)))
    case("a vault refuses a bent token", "Unauthorized", get(Fixed(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))))
    case("a vault refuses another text", "Unauthorized", get(Fixed("none")))


def challenge():
    """What no SDK shows: the first, empty request of each."""
    answer = requests.get(f"{given['endpoint']}/keys/nothing/?api-version=7.4", verify=given["caFile"], timeout=10)
    words = answer.headers.get("www-authenticate", "")
    holds("without a token: 401", answer.status_code == 401, f"HTTP {answer.status_code}")
    holds("it names the tenant to ask", f'authorization="{given["endpoint"]}/{given["tenant"]}"' in words, words)
    holds("it names the resource to ask for", 'resource="https://vault.azure.net"' in words, words)
    holds("its body says Unauthorized", answer.json()["error"]["code"] == "Unauthorized", answer.text)
    form = {"grant_type": "client_credentials", "client_id": given["clientId"], "client_secret": "x", "scope": VAULT_SCOPE}
    answer = requests.post(f"{given['endpoint']}/{NOBODY}/oauth2/v2.0/token", form, verify=given["caFile"], timeout=10)
    holds("a token of no tenant: 400 and 90002", answer.status_code == 400 and answer.json()["error_codes"] == [90002], answer.text)


def keys(vault):
    name = new_name()
    made = case("create an RSA key", OK, lambda: vault.create_rsa_key(name, tags={"atrest-project": "p1"}),
                lambda k: k.key_type == "RSA" and k.key.n and k.key.e,
                lambda k: re.fullmatch(rf"{re.escape(given['endpoint'])}/keys/{name}/[0-9a-f]{{32}}", k.id),
                lambda k: k.properties.enabled and k.properties.expires_on is None and k.properties.not_before is None,
                lambda k: "Recoverable" in k.properties.recovery_level)
    version = made.properties.version
    case("read its newest version", OK, lambda: vault.get_key(name), lambda k: k.properties.version == version)
    case("read it by version", OK, lambda: vault.get_key(name, version), lambda k: k.key.n == made.key.n)
    case("read it in other letters", OK, lambda: vault.get_key(name.upper()), lambda k: k.properties.version == version)
    case("its tags", OK, lambda: vault.get_key(name), lambda k: k.properties.tags == {"atrest-project": "p1"})
    case("other tags", OK, lambda: vault.update_key_properties(name, tags={"atrest-project": "p2"}),
         lambda k: k.properties.tags == {"atrest-project": "p2"})
    case("tags stay when attributes change", OK, lambda: vault.update_key_properties(name, enabled=True),
         lambda k: k.properties.tags == {"atrest-project": "p2"})
    case("no such key", "KeyNotFound", lambda: vault.get_key("nothing"))
    case("no such version", "KeyNotFound", lambda: vault.get_key(name, NO_VERSION))
    second = case("create it again: a second version", OK, lambda: vault.create_rsa_key(name, size=3072),
                  lambda k: k.properties.version != version and len(k.key.n) == 384).properties.version
    case("list its versions", OK, lambda: {p.version for p in vault.list_properties_of_key_versions(name)},
         lambda versions: versions == {version, second})
    case("list the keys", OK, lambda: [p.name for p in vault.list_properties_of_keys()], lambda names: name in names)
    many = [vault.create_ec_key(f"{name}-{number}").name for number in range(27)]
    case("list more than a page", OK, lambda: [p.name for p in vault.list_properties_of_keys()],
         lambda names: set(many) < set(names) and len(names) == len(set(names)))
    curve = Remote(vault, many[0], "")
    case("encrypt with a key on a curve", "BadParameter", curve.encrypt)
    narrow = vault.create_rsa_key(new_name(), key_operations=["encrypt", "wrapKey"])
    one_way = Remote(vault, narrow.name, "")
    case("encrypt with a key that may", OK, one_way.encrypt)
    case("decrypt with a key that may not", "KeyOperationForbidden", lambda: one_way.decrypt(one_way.encrypt()))
    return made


def cryptography(vault):
    made = vault.create_rsa_key(new_name())
    key = Remote(vault, made.name, made.properties.version)
    sealed, wrapped = key.encrypt(), key.wrap()
    case("encrypt and decrypt, RSA-OAEP-256", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)
    case("wrap and unwrap, RSA-OAEP-256", OK, lambda: key.unwrap(wrapped), lambda plain: plain == PLAIN)
    case("encrypt and decrypt, RSA-OAEP", OK, lambda: key.decrypt(key.encrypt(algorithm=OAEP), OAEP), lambda plain: plain == PLAIN)
    holds("the same text seals differently each time", key.encrypt() != sealed, "the same bytes")
    case("decrypt by another algorithm", "BadParameter", lambda: key.decrypt(sealed, OAEP))
    case("decrypt with a bit flipped", "BadParameter", lambda: key.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1])))
    case("decrypt what is too short", "BadParameter", lambda: key.decrypt(b"x" * 16))
    case("encrypt 190 bytes, all that fit", OK, lambda: key.encrypt(b"x" * 190), lambda text: len(text) == 256)
    case("encrypt 191 bytes", "BadParameter", lambda: key.encrypt(b"x" * 191))
    case("encrypt by no algorithm", "BadParameter", lambda: key.encrypt(algorithm="RSA-NOTHING"))
    case("encrypt with no such key", "KeyNotFound", Remote(vault, "nothing", "").encrypt)
    case("encrypt with no such version", "KeyNotFound", Remote(vault, made.name, NO_VERSION).encrypt)
    case("encrypt without naming a version: the newest", OK, lambda: key.decrypt(Remote(vault, made.name, "").encrypt()),
         lambda plain: plain == PLAIN)

    local = CryptographyClient(made, credential(), verify_challenge_resource=False, connection_verify=given["caFile"], retry_total=0)
    oaep = EncryptionAlgorithm.rsa_oaep_256
    case("encrypt in the SDK, decrypt in the vault", OK, lambda: local.decrypt(oaep, local.encrypt(oaep, PLAIN).ciphertext),
         lambda answer: answer.plaintext == PLAIN and answer.key_id == made.id)
    wrap = KeyWrapAlgorithm.rsa_oaep_256
    case("wrap in the SDK, unwrap in the vault", OK, lambda: local.unwrap_key(wrap, local.wrap_key(wrap, PLAIN).encrypted_key),
         lambda answer: answer.key == PLAIN)


def states(vault):
    made = vault.create_rsa_key(new_name())
    name, version = made.name, made.properties.version
    key = Remote(vault, name, version)
    sealed, wrapped = key.encrypt(), key.wrap()
    set_to = lambda **properties: lambda: vault.update_key_properties(name, version, **properties)

    case("disable the version", OK, set_to(enabled=False), lambda k: k.properties.enabled is False)
    case("disabled: it can be read", OK, lambda: vault.get_key(name, version), lambda k: k.properties.enabled is False)
    case("disabled: encrypt is let through", OK, key.encrypt, lambda text: len(text) == 256)
    case("disabled: wrap is let through", OK, key.wrap, lambda text: len(text) == 256)
    case("disabled: decrypt", "KeyDisabled", lambda: key.decrypt(sealed))
    case("disabled: unwrap", "KeyDisabled", lambda: key.unwrap(wrapped))
    case("enable it again", OK, set_to(enabled=True), lambda k: k.properties.enabled is True)
    case("enabled again: decrypt", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)

    over = in_days(-1)
    case("let it expire", OK, set_to(expires_on=over), lambda k: k.properties.expires_on == over)
    case("expired: encrypt", "KeyExpired", key.encrypt)
    case("expired: wrap", "KeyExpired", key.wrap)
    case("expired: decrypt is let through", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)
    case("let it expire in a year", OK, set_to(expires_on=in_days(365)))
    case("not expired any more: encrypt", OK, key.encrypt)

    later = in_days(7)
    case("let it begin next week", OK, set_to(not_before=later), lambda k: k.properties.not_before == later)
    case("not yet valid: encrypt", "KeyNotYetValid", key.encrypt)
    case("not yet valid: unwrap is let through", OK, lambda: key.unwrap(wrapped), lambda plain: plain == PLAIN)
    case("let it have begun", OK, set_to(not_before=in_days(-1)))
    case("valid again: encrypt", OK, key.encrypt)
    case("end before beginning", "BadParameter", set_to(not_before=in_days(9), expires_on=in_days(8)))
    born = vault.create_rsa_key(new_name(), enabled=False, expires_on=in_days(1))
    case("create one disabled, with an end", OK, lambda: vault.get_key(born.name),
         lambda k: k.properties.enabled is False and k.properties.expires_on is not None)


def rotation(vault):
    made = vault.create_rsa_key(new_name(), tags={"a": "b"})
    old = Remote(vault, made.name, made.properties.version)
    sealed = old.encrypt()
    rotated = case("rotate the key", OK, lambda: vault.rotate_key(made.name),
                   lambda k: k.properties.version != made.properties.version and k.key.n != made.key.n)
    new = Remote(vault, made.name, rotated.properties.version)
    case("the newest version is the new one", OK, lambda: vault.get_key(made.name),
         lambda k: k.properties.version == rotated.properties.version)
    case("the old version opens what it sealed", OK, lambda: old.decrypt(sealed), lambda plain: plain == PLAIN)
    case("the new version does not", "BadParameter", lambda: new.decrypt(sealed))
    vault.update_key_properties(made.name, made.properties.version, enabled=False)
    case("the old version disabled: the new one works", OK, lambda: new.decrypt(new.encrypt()), lambda plain: plain == PLAIN)
    case("rotate no key", "KeyNotFound", lambda: vault.rotate_key("nothing"))


def deletion(vault):
    made = vault.create_rsa_key(new_name())
    key = Remote(vault, made.name, made.properties.version)
    sealed = key.encrypt()
    delete = lambda: vault.begin_delete_key(made.name, _polling_interval=0)
    poller = case("delete the key", OK, delete, lambda p: p.result().recovery_id and p.result().deleted_date)
    poller.wait(10)
    case("deleted: it cannot be read", "KeyNotFound", lambda: vault.get_key(made.name))
    case("deleted: encrypt", "KeyNotFound", key.encrypt)
    case("deleted: decrypt", "KeyNotFound", lambda: key.decrypt(sealed))
    case("deleted: read among the deleted ones", OK, lambda: vault.get_deleted_key(made.name),
         lambda k: k.scheduled_purge_date > k.deleted_date)
    case("deleted: listed among them", OK, lambda: [k.name for k in vault.list_deleted_keys()], lambda names: made.name in names)
    case("deleted: its name is taken", "ObjectIsDeletedButRecoverable", lambda: vault.create_rsa_key(made.name))
    recover = lambda: vault.begin_recover_deleted_key(made.name, _polling_interval=0)
    case("recover it", OK, recover, lambda p: p.wait(10) or p.result().properties.version == made.properties.version)
    case("recovered: decrypt", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)
    case("recover what is not deleted", "KeyNotFound", recover)
    vault.begin_delete_key(made.name, _polling_interval=0).wait(10)
    case("purge it", OK, lambda: vault.purge_deleted_key(made.name))
    case("purged: gone among the deleted ones", "KeyNotFound", lambda: vault.get_deleted_key(made.name))
    case("purged: it cannot be recovered", "KeyNotFound", recover)


class Policies:
    """The access policies of the vault, through Resource Manager."""

    def __init__(self, arm):
        self.arm = arm

    def update(self, kind, object_id, *permissions):
        entry = {"tenantId": given["tenant"], "objectId": object_id, "permissions": {"keys": list(permissions)}}
        return self.arm.vaults.update_access_policy(
            given["resourceGroup"], given["vault"], kind, {"properties": {"accessPolicies": [entry]}})

    def of(self, object_id):
        policies = self.arm.vaults.get(given["resourceGroup"], given["vault"]).properties.access_policies
        return [sorted(policy.permissions.keys_property or []) for policy in policies if policy.object_id == object_id]


def permissions(vault, arm):
    made = vault.create_rsa_key(new_name())
    policies, who = Policies(arm), given["objectId"]
    before = policies.of(who)[0]
    key = Remote(vault, made.name, made.properties.version)
    sealed = key.encrypt()
    case("take decrypt away", OK, lambda: policies.update("remove", who, "decrypt"))
    holds("the policy says so", policies.of(who) == [sorted(set(before) - {"decrypt"})], policies.of(who))
    case("decrypt taken away: decrypt", "ForbiddenByPolicy", lambda: key.decrypt(sealed))
    case("decrypt taken away: encrypt", OK, key.encrypt)
    case("give it back", OK, lambda: policies.update("add", who, "decrypt"))
    case("given back: decrypt", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)

    case("leave get, encrypt and decrypt only", OK, lambda: policies.update("replace", who, "get", "encrypt", "decrypt"))
    case("these three: decrypt", OK, lambda: key.decrypt(sealed))
    case("these three: unwrap", "ForbiddenByPolicy", lambda: key.unwrap(sealed))
    case("these three: list", "ForbiddenByPolicy", lambda: list(vault.list_properties_of_keys()))
    case("these three: create", "ForbiddenByPolicy", lambda: vault.create_rsa_key(new_name()))
    case("these three: disable", "ForbiddenByPolicy", lambda: vault.update_key_properties(made.name, enabled=False))
    case("these three: delete", "ForbiddenByPolicy", lambda: vault.begin_delete_key(made.name))
    case("take these away too", OK, lambda: policies.update("remove", who, "get", "encrypt", "decrypt"))
    holds("no policy is left", policies.of(who) == [], policies.of(who))
    case("no policy: decrypt", "AccessDenied", lambda: key.decrypt(sealed))
    case("no policy: read", "AccessDenied", lambda: vault.get_key(made.name))
    case("a policy of a permission that is none", "BadRequest", lambda: policies.update("add", who, "look"))
    case("give everything back", OK, lambda: policies.update("add", who, *before))
    case("everything back: decrypt", OK, lambda: key.decrypt(sealed), lambda plain: plain == PLAIN)
    return key, sealed


def management(arm):
    vault = lambda inside=None, name=None: arm.vaults.get(inside or given["resourceGroup"], name or given["vault"])
    of = f"/resourceGroups/{given['resourceGroup']}/providers/Microsoft.KeyVault/vaults/{given['vault']}"
    case("read the vault", OK, vault, lambda v: v.id.lower() == f"/subscriptions/{given['subscription']}{of}".lower(),
         lambda v: v.properties.tenant_id == given["tenant"] and v.properties.vault_uri.startswith("https://"),
         lambda v: v.properties.enable_soft_delete and v.properties.public_network_access == "Enabled")
    case("list the vaults beside it", OK, lambda: list(arm.vaults.list_by_resource_group(given["resourceGroup"])),
         lambda vaults: [v.name for v in vaults] == [given["vault"]])
    case("read no such vault", "ResourceNotFound", lambda: vault(name="nothing"))
    read = lambda by: lambda: by.vaults.get(given["resourceGroup"], given["vault"])
    case("read it in no such subscription", "SubscriptionNotFound", read(management_client(subscription=NOBODY)))
    case("read it with the vault's token", "InvalidAuthenticationTokenAudience", read(management_client(scope=VAULT_SCOPE)))
    mine = [known for known in console("GET", "azure")["roleAssignments"] if known["objectId"] == given["objectId"]]
    for known in mine:
        console("POST", f"azure/role-assignments/{known['id']}/remove")
    case("its roles taken away: read the vault", "AuthorizationFailed", vault)
    for known in mine:
        console("POST", f"azure/role-assignments/{known['id']}/restore")
    case("its roles given back: read the vault", OK, vault)


def network(arm, key, sealed):
    change = lambda **properties: lambda: arm.vaults.update(given["resourceGroup"], given["vault"], {"properties": properties})
    decrypt = lambda: key.decrypt(sealed)
    acls = lambda default, *addresses: {"bypass": "AzureServices", "defaultAction": default,
                                        "ipRules": [{"value": address} for address in addresses], "virtualNetworkRules": []}
    case("close public access", OK, change(publicNetworkAccess="Disabled"))
    case("closed: decrypt", "ForbiddenByConnection", decrypt)
    case("open it again", OK, change(publicNetworkAccess="Enabled"))
    case("open again: decrypt", OK, decrypt)
    case("let nobody through the firewall", OK, change(networkAcls=acls("Deny", "192.0.2.0/24")))
    case("firewall: decrypt", "ForbiddenByFirewall", decrypt)
    case("let this address through", OK, change(networkAcls=acls("Deny", "127.0.0.0/8")))
    case("let through: decrypt", OK, decrypt)
    case("take the firewall away", OK, change(networkAcls=acls("Allow")))
    case("no firewall: decrypt", OK, decrypt)
    case("go over to roles", OK, change(enableRbacAuthorization=True))
    case("roles: decrypt as Key Vault Administrator", OK, decrypt)
    role = next(known["id"] for known in console("GET", "azure")["roleAssignments"] if known["role"] == "Key Vault Administrator")
    console("POST", f"azure/role-assignments/{role}/remove")
    case("that role taken away: decrypt", "ForbiddenByRbac", decrypt)
    console("POST", f"azure/role-assignments/{role}/restore")
    case("that role given back: decrypt", OK, decrypt)
    case("go back to policies", OK, change(enableRbacAuthorization=False))
    case("policies: decrypt", OK, decrypt)


def wire(made):
    """What no SDK shows: slashes, and requests that are wrong."""
    token = credential().get_token(VAULT_SCOPE).token
    name, version = made.name, made.properties.version

    def ask(method, path, query="?api-version=7.6", **arguments):
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, given["endpoint"] + path + query, headers=headers, verify=given["caFile"], timeout=10, **arguments)

    def is_code(what, answer, status, code=None):
        error = answer.json().get("error", {})
        good = answer.status_code == status and (code is None or error.get("code") == code)
        holds(what, good, f"HTTP {answer.status_code} {answer.text[:120]}")

    body = {"alg": OAEP_256, "value": "eA"}
    is_code("a doubled slash stands for no version", ask("POST", f"/keys/{name}//encrypt", json=body), 200)
    is_code("a trailing slash stands for the newest", ask("GET", f"/keys/{name}/"), 200)
    for date in ("7.4", "7.5", "7.6", "2025-07-01"):
        is_code(f"api-version {date}", ask("GET", f"/keys/{name}/{version}", f"?api-version={date}"), 200)
    is_code("no api-version", ask("GET", f"/keys/{name}/{version}", ""), 400, "BadParameter")
    is_code("an api-version that never was", ask("GET", f"/keys/{name}/{version}", "?api-version=1999"), 400, "BadParameter")
    is_code("a body that is no JSON", ask("POST", f"/keys/{name}/{version}/encrypt", data="{"), 400, "BadParameter")
    is_code("a value that is no base64url", ask("POST", f"/keys/{name}/{version}/encrypt", json=dict(body, value="+/")), 400)
    answer = ask("POST", f"/keys/{name}/{version}/encrypt", json=body)
    holds("a sealed value has no padding", "=" not in answer.json()["value"], answer.text)


def main():
    global given
    given = json.loads(sys.stdin.readline())
    for name in ("endpoint", "console"):
        if urlsplit(given[name]).hostname not in ("127.0.0.1", "::1", "localhost"):
            sys.exit("loopback endpoints only")
    vault, arm = key_client(), management_client()
    versions = ", ".join(f"{name} {version(name)}" for name in ("azure-identity", "azure-keyvault-keys", "azure-mgmt-keyvault", "azure-mgmt-network"))
    print(f"{versions} against {given['endpoint']}")

    tokens()
    challenge()
    made = keys(vault)
    cryptography(vault)
    states(vault)
    rotation(vault)
    deletion(vault)
    management(arm)
    network(arm, *permissions(vault, arm))
    private(table, given, credential(), arm, console)
    wire(made)
    table.close()


if __name__ == "__main__":
    main()
