"""PyKMIP, unmodified, against the door for keys: the life of keys in KMIP 1.0 to 1.4, and what becomes of them when the customer
takes the key in the cloud away, when the network is cut, and when a node is revoked. Knows only what dev.json says.
"""
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile

import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from kmip.core.factories.attributes import AttributeFactory
from kmip.core.enums import (
    AttributeType, BlockCipherMode, CryptographicAlgorithm, CryptographicUsageMask, KMIPVersion, ObjectType, OpaqueDataType,
    Operation, PaddingMethod, QueryFunction, ResultReason, RevocationReasonCode, SecretDataType, State,
)
from kmip.pie.client import ProxyKmipClient
from kmip.pie.exceptions import KmipOperationFailure
from kmip.pie.objects import OpaqueObject, SecretData, SymmetricKey

from dev_server import DevServer, program
from tally import Checks

VERSIONS = [KMIPVersion.KMIP_1_0, KMIPVersion.KMIP_1_1, KMIPVersion.KMIP_1_2, KMIPVersion.KMIP_1_3, KMIPVersion.KMIP_1_4]
ENCRYPT_AND_DECRYPT = [CryptographicUsageMask.ENCRYPT, CryptographicUsageMask.DECRYPT]
CBC = {
    "block_cipher_mode": BlockCipherMode.CBC, "padding_method": PaddingMethod.PKCS5,
    "cryptographic_algorithm": CryptographicAlgorithm.AES,
}
ATTRIBUTES = AttributeFactory()
FOLLOWS_WITHIN = 5
STEADY_FOR = 6


def connect(server, name, version=KMIPVersion.KMIP_1_2):
    """PyKMIP's client as the node of that name."""
    kmip = server.dev["kmip"]
    node = next(client for client in kmip["clients"] if client["name"] == name)
    return client_of(kmip, node["certFile"], node["keyFile"], version)


def client_of(kmip, certificate, key, version=KMIPVersion.KMIP_1_2):
    return ProxyKmipClient(
        hostname=kmip["host"], port=kmip["port"], cert=str(certificate), key=str(key), ca=kmip["caFile"],
        config_file=os.devnull, kmip_version=version,
    )


def outcome(call, *words, **named):
    """How a call comes out: ('ok', answer), or the Result Reason and the message."""
    try:
        return "ok", call(*words, **named)
    except KmipOperationFailure as failure:
        return failure.reason.name, failure.message


def state(client, uid):
    """The state by the node's own way of asking: Get Attributes with one name. An error is its reason."""
    how, answer = outcome(client.get_attributes, uid, ["State"])
    if how != "ok":
        return how
    _, attributes = answer
    assert [str(attribute.attribute_name) for attribute in attributes] == ["State"], attributes
    return attributes[0].attribute_value.value


def value(client, uid):
    """A key's bytes, or the reason why there are none."""
    how, answer = outcome(client.get, uid)
    return answer.value if how == "ok" else how


def named(name):
    return ATTRIBUTES.create_attribute(AttributeType.NAME, name)


class Lives:
    """What a key can go through, in one version of the protocol."""

    def __init__(self, checks, server, version):
        self.checks, self.server, self.version = checks, server, version

    def run(self):
        self.checks.section(f"KMIP {self.version.value}: every operation of a key's life")
        with connect(self.server, "cluster0-0", self.version) as client:
            self.what_the_server_is(client)
            uid = self.made_and_read(client)
            self.used(client, uid)
            self.seen_by_others(client, uid)
            self.ended(client, uid)
            self.brought_along(client)

    def what_the_server_is(self, client):
        asked = [QueryFunction.QUERY_OPERATIONS, QueryFunction.QUERY_OBJECTS, QueryFunction.QUERY_SERVER_INFORMATION]
        answer = client.proxy.query(query_functions=asked)
        wanted = {Operation.CREATE, Operation.REGISTER, Operation.ACTIVATE, Operation.GET, Operation.GET_ATTRIBUTES,
                  Operation.GET_ATTRIBUTE_LIST, Operation.LOCATE, Operation.REVOKE, Operation.DESTROY, Operation.QUERY}
        if self.version in VERSIONS[2:]:
            wanted |= {Operation.ENCRYPT, Operation.DECRYPT, Operation.DISCOVER_VERSIONS}
        # PyKMIP hands out wrapped enumerations here.
        operations = {getattr(operation, "value", operation) for operation in answer.operations}
        objects = {getattr(kind, "value", kind) for kind in answer.object_types}
        self.checks.that("Query names the operations", wanted <= operations or {one.value for one in wanted} <= operations, operations)
        self.checks.that("Query names symmetric keys", objects & {ObjectType.SYMMETRIC_KEY, ObjectType.SYMMETRIC_KEY.value}, objects)
        if self.version is not KMIPVersion.KMIP_1_0:
            spoken = [(one.major, one.minor) for one in client.proxy.discover_versions().protocol_versions]
            self.checks.equal("Discover Versions, the newest first", spoken, [(1, minor) for minor in (4, 3, 2, 1, 0)])

    def made_and_read(self, client):
        name = f"interop {self.version.value} {os.urandom(4).hex()}"
        uid = client.create(CryptographicAlgorithm.AES, 256, name=name)
        self.checks.that("Create answers an identifier that fits every client", 0 < len(uid) <= 127 and uid.isprintable(), uid)
        self.checks.equal("a new key is pre-active", state(client, uid), State.PRE_ACTIVE)
        before = value(client, uid)
        self.checks.that("Get before Activate gives 32 bytes", isinstance(before, bytes) and len(before) == 32, before)
        client.activate(uid)
        self.checks.equal("Activate", state(client, uid), State.ACTIVE)
        key = client.get(uid)
        self.checks.equal("Get gives the same key again", (key.value, key.cryptographic_length), (before, 256))
        listed = client.get_attribute_list(uid)
        wanted = {"Unique Identifier", "Object Type", "Name", "Cryptographic Algorithm", "Cryptographic Length",
                  "Cryptographic Usage Mask", "State", "Initial Date", "Activation Date", "Last Change Date"}
        self.checks.that("Get Attribute List names what it has", wanted <= set(listed), listed)
        _, attributes = client.get_attributes(uid)
        shown = {str(attribute.attribute_name): attribute.attribute_value for attribute in attributes}
        self.checks.that("Get Attributes gives all of them", set(listed) <= set(shown), sorted(shown))
        self.checks.equal("the name among them", str(shown["Name"].name_value.value), name)
        self.checks.equal("Locate by name", client.locate(attributes=[named(name)]), [uid])
        self.checks.equal("Locate by a name nobody has", client.locate(attributes=[named(name + "x")]), [])
        checked = outcome(client.check, uid, cryptographic_usage_mask=[CryptographicUsageMask.ENCRYPT])
        self.checks.equal("Check for leave to encrypt", checked, ("ok", uid))
        return uid

    def used(self, client, uid):
        if self.version in VERSIONS[:2]:
            return
        text, key = os.urandom(96), value(client, uid)
        for what, parameters in (("by name", dict(CBC, random_iv=True)), ("without parameters", None)):
            how, answer = outcome(client.encrypt, text, uid=uid, cryptographic_parameters=parameters)
            if not self.checks.equal(f"Encrypt, CBC with PKCS5 {what}", how, "ok"):
                continue
            data, iv = answer
            self.checks.equal("a random IV comes with it, and 112 bytes", (len(iv or b""), len(data)), (16, 112))
            decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
            padded = decryptor.update(data) + decryptor.finalize()
            self.checks.equal("which the key decrypts elsewhere too", padded, text + b"\x10" * 16)
            again = outcome(client.decrypt, data, uid=uid, cryptographic_parameters=CBC if parameters else None, iv_counter_nonce=iv)
            self.checks.equal("Decrypt gives the text back", again, ("ok", text))

    def seen_by_others(self, client, uid):
        with connect(self.server, "cluster0-1", self.version) as mate:
            self.checks.equal("another client of the cluster shares the key", value(mate, uid), value(client, uid))
        unknown = "00000000-0000-4000-8000-000000000000"
        for stranger in ("cluster1-0", "cluster0-mongod"):
            with connect(self.server, stranger, self.version) as other:
                for what, call in (
                    ("Get", other.get), ("Get Attributes", other.get_attributes), ("Get Attribute List", other.get_attribute_list),
                    ("Activate", other.activate), ("Destroy", other.destroy),
                    ("Revoke", lambda one: other.revoke(RevocationReasonCode.KEY_COMPROMISE, one)),
                ):
                    foreign, nobody = outcome(call, uid), outcome(call, unknown)
                    same = foreign[0] == nobody[0] == ResultReason.ITEM_NOT_FOUND.name
                    same = same and foreign[1].replace(uid, "") == nobody[1].replace(unknown, "")
                    self.checks.that(f"{stranger}: {what} as for a key that is not there", same, (foreign, nobody))
                self.checks.that(f"{stranger}: Locate without it", uid not in other.locate(), uid)
        self.checks.equal("and nothing happened to it", state(client, uid), State.ACTIVE)

    def ended(self, client, uid):
        self.checks.equal("Destroy of an active key is refused", outcome(client.destroy, uid)[0], ResultReason.PERMISSION_DENIED.name)
        key = value(client, uid)
        client.revoke(RevocationReasonCode.CESSATION_OF_OPERATION, uid, "no longer needed")
        self.checks.equal("Revoke", state(client, uid), State.DEACTIVATED)
        self.checks.equal("Get of the old key goes on", value(client, uid), key)
        client.destroy(uid)
        self.checks.equal("Destroy leaves the attributes", state(client, uid), State.DESTROYED)
        self.checks.that("and no bytes", isinstance(value(client, uid), str), "a key")
        other = client.create(CryptographicAlgorithm.AES, 128)
        client.revoke(RevocationReasonCode.KEY_COMPROMISE, other)
        self.checks.equal("Revoke by compromise", state(client, other), State.COMPROMISED)

    def brought_along(self, client):
        """What somebody else made, and keeps its form."""
        # PyKMIP names what it registers; a name is its owner's only one.
        name = f"brought along {self.version.value} {os.urandom(4).hex()}"
        for what, made in (
            ("a symmetric key", SymmetricKey(CryptographicAlgorithm.AES, 256, os.urandom(32), ENCRYPT_AND_DECRYPT, name=name)),
            ("secret data", SecretData(os.urandom(96), SecretDataType.SEED, [CryptographicUsageMask.DERIVE_KEY], name=name + " seed")),
            ("a password", SecretData(b"swordfish", SecretDataType.PASSWORD, name=name + " password")),
            ("an opaque object", OpaqueObject(os.urandom(50), OpaqueDataType.NONE, name=name + " opaque")),
        ):
            how, uid = outcome(client.register, made)
            if self.checks.that(f"Register {what}", how == "ok", f"{how}: {uid}"):
                read = client.get(uid)
                self.checks.equal("Get gives it back", (read.object_type, read.value), (made.object_type, made.value))
        again = outcome(client.register, SymmetricKey(CryptographicAlgorithm.AES, 256, os.urandom(32), ENCRYPT_AND_DECRYPT, name=name))
        self.checks.that(f"a second one of a name is refused: {again[1]}", again[0] != "ok", again)


def greeting(checks, server):
    """What `atrest dev` prints for a person to paste."""
    checks.section("the greeting's lines, pasted")
    text = server.greeting.read_text()
    python = re.search(r"^python3 -c '.*?'$", text, re.M | re.S).group().replace("python3", sys.executable, 1)
    run = subprocess.run(["bash", "-c", python], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
    checks.that(f"the line in Python: {run.stdout.strip()}", re.fullmatch(r"[0-9a-f-]{36} 256 bits\n", run.stdout), run.stdout)
    # No mongod is at hand: something that only shows with which words it was started stands in.
    with tempfile.TemporaryDirectory() as folder:
        mongod = pathlib.Path(folder) / "mongod"
        mongod.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
        mongod.chmod(0o700)
        line = re.search(r"^mkdir -p .*? && mongod .*?[^\\]$", text, re.M | re.S).group()
        run = subprocess.run(
            ["bash", "-c", line], stdout=subprocess.PIPE, text=True, cwd=folder, timeout=30,
            env=dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}"),
        )
        words = run.stdout.splitlines()
        given = dict(zip(words, words[1:]))
        checks.that("mongod's data folder is there", (pathlib.Path(folder) / given["--dbpath"]).is_dir(), words)
    node = connection_of_mongod(given)
    uid = node.create(CryptographicAlgorithm.AES, 256)
    first = value(node, uid)
    node.activate(uid)
    checks.equal("its first start: Create, Get, Activate, State", (len(first), state(node, uid)), (32, State.ACTIVE))
    node.close()


def connection_of_mongod(given):
    """PyKMIP's client with the words that mongod was given: one file for certificate and key, and the server's name checked."""
    context = ssl.create_default_context(cafile=given["--kmipServerCAFile"])
    context.load_cert_chain(given["--kmipClientCertificateFile"])
    host, port = given["--kmipServerName"], int(given["--kmipPort"])
    with socket.create_connection((host, port)) as plain, context.wrap_socket(plain, server_hostname=host):
        pass
    both = given["--kmipClientCertificateFile"]
    client = client_of({"host": host, "port": port, "caFile": given["--kmipServerCAFile"]}, both, both)
    client.open()
    return client


class CloudStory:
    """What the customer does in the cloud, seen by open and by new connections of two clusters."""

    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.kms = server.boto3("kms")

    def run(self):
        with connect(self.server, "cluster0-0") as aws, connect(self.server, "cluster1-0") as azure:
            self.aws, self.azure = aws, azure
            self.aws_key, self.azure_key = self.active_key(aws), self.active_key(azure)
            self.aws_bytes, self.azure_bytes = value(aws, self.aws_key), value(azure, self.azure_key)
            self.key_disabled()
            self.key_enabled()
            self.network_cut()
        self.network_cut_from_a_cold_start()

    @staticmethod
    def active_key(client):
        uid = client.create(CryptographicAlgorithm.AES, 256)
        client.activate(uid)
        return uid

    def by_new_connection(self, look, name="cluster0-1"):
        with connect(self.server, name) as client:
            return look(client, self.aws_key)

    def key_disabled(self):
        self.checks.section("the customer disables the key in AWS")
        self.kms.disable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("State is Deactivated", FOLLOWS_WITHIN, lambda: state(self.aws, self.aws_key), lambda seen: seen == State.DEACTIVATED)
        denied = ResultReason.PERMISSION_DENIED.name
        self.checks.equal("Get on the open connection", value(self.aws, self.aws_key), denied)
        self.checks.equal("Get on a new one", self.by_new_connection(value), denied)
        self.checks.equal("State on a new one", self.by_new_connection(state), State.DEACTIVATED)
        for what, call in (
            ("Encrypt", lambda: self.aws.encrypt(b"x" * 16, uid=self.aws_key, cryptographic_parameters=dict(CBC, random_iv=True))),
            ("Decrypt", lambda: self.aws.decrypt(b"x" * 16, uid=self.aws_key, cryptographic_parameters=CBC, iv_counter_nonce=b"i" * 16)),
        ):
            self.checks.equal(what, outcome(call)[0], denied)
        _, words = outcome(self.aws.get, self.aws_key)
        self.checks.that(f"the refusal says why: {words}", "customer's key" in words and "disabled" in words, words)
        made, words = outcome(self.aws.create, CryptographicAlgorithm.AES, 256)
        self.checks.that(f"no new key either: {made}", made != "ok", words)
        self.checks.throughout(
            "the cluster on Azure is untouched", STEADY_FOR, lambda: (state(self.azure, self.azure_key), value(self.azure, self.azure_key)),
            lambda seen: seen == (State.ACTIVE, self.azure_bytes))
        self.checks.that("it stays so meanwhile", (state(self.aws, self.aws_key), value(self.aws, self.aws_key)) == (State.DEACTIVATED, denied))

    def key_enabled(self):
        self.checks.section("the customer enables it again")
        self.kms.enable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("State is Active", FOLLOWS_WITHIN, lambda: state(self.aws, self.aws_key), lambda seen: seen == State.ACTIVE)
        self.checks.equal("Get on the open connection", value(self.aws, self.aws_key), self.aws_bytes)
        self.checks.equal("Get on a new one", self.by_new_connection(value), self.aws_bytes)

    def fault(self, **named):
        self.server.console("POST", "faults", json=dict(provider="aws", operation="*", **named))

    def network_cut(self):
        for kind in ("reset", "http500", "throttle"):
            self.checks.section(f"the way to AWS is broken: {kind}")
            self.fault(kind=kind)
            try:
                self.checks.throughout(
                    "Get keeps serving, and State stays Active", STEADY_FOR,
                    lambda: (value(self.aws, self.aws_key), state(self.aws, self.aws_key), self.by_new_connection(value)),
                    lambda seen: seen == (self.aws_bytes, State.ACTIVE, self.aws_bytes))
                made, words = outcome(self.aws.create, CryptographicAlgorithm.AES, 256)
                self.checks.equal(f"a new key has to wait ({words})", made, ResultReason.GENERAL_FAILURE.name)
            finally:
                self.server.console("DELETE", "faults")
            self.checks.within("a new key again", FOLLOWS_WITHIN + 10, lambda: outcome(self.aws.create, CryptographicAlgorithm.AES, 256)[0], lambda how: how == "ok")

    def network_cut_from_a_cold_start(self):
        self.checks.section("the way to AWS is broken when the server starts")
        self.server.stop()
        self.server.start()
        self.fault(kind="reset")
        seen = set()

        def look():
            got = self.by_new_connection(value)
            seen.add(got if isinstance(got, str) else "ok")
            seen.add(str(self.by_new_connection(state)))
            return got

        self.checks.throughout(
            "there is an error, and it is not that the key is gone", STEADY_FOR, look, lambda got: got == ResultReason.GENERAL_FAILURE.name)
        self.checks.that(f"nor is State ever false: {seen}", not seen & {str(State.DEACTIVATED), ResultReason.ITEM_NOT_FOUND.name}, seen)
        self.server.console("DELETE", "faults")
        self.checks.within("the key is there again", FOLLOWS_WITHIN, lambda: self.by_new_connection(value), lambda got: got == self.aws_bytes)


class NewNode:
    """A node that is made, enrolled and revoked as an operator would."""

    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.nodes = f"{server.base}/api/atrest/v1/groups/{server.dev['kmip']['projectId']}/clusters/cluster0/nodes"
        self.bearer = {"Authorization": f"Bearer {server.token()}"}

    def call(self, method, url, **arguments):
        answer = requests.request(method, url, headers=self.bearer, timeout=20, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def run(self):
        self.checks.section("a node is enrolled by hand, and revoked")
        node = self.call("POST", self.nodes, json={"name": "by-hand", "role": "client"})
        token = self.call("POST", f"{self.nodes}/{node['id']}/enrolmentTokens")["token"]
        pem = pathlib.Path(self.server.folder).parent / "by-hand.pem"
        words = [program("atrest"), "node", "certificate", "--server", self.server.base, "--token", "-", "--out", str(pem)]
        subprocess.run(words, input=token, text=True, check=True, stdout=subprocess.PIPE)
        kmip = self.server.dev["kmip"]
        with client_of(kmip, pem, pem) as client:
            uid = client.create(CryptographicAlgorithm.AES, 256)
            self.checks.that("its one file is enough", isinstance(value(client, uid), bytes), uid)
            self.call("DELETE", f"{self.nodes}/{node['id']}")
            self.checks.that(f"the next message is refused: {self.refusal(client, uid)}", self.refusal(client, uid), "a key")
        try:
            with client_of(kmip, pem, pem) as client:
                refusal = self.refusal(client, uid)
        except OSError as error:
            refusal = type(error).__name__
        self.checks.that(f"so is a new connection: {refusal}", refusal, "a key")
        with connect(self.server, "cluster0-0") as client:
            self.checks.that("the cluster keeps its key", isinstance(value(client, uid), bytes), uid)

    @staticmethod
    def refusal(client, uid):
        """Why a Get came to nothing; nothing if it did not."""
        try:
            how, _ = outcome(client.get, uid)
            return None if how == "ok" else how
        except (OSError, EOFError) as error:
            return type(error).__name__


with Checks("kmip_clients", 420) as checks, DevServer() as server:
    greeting(checks, server)
    for version in VERSIONS:
        Lives(checks, server, version).run()
    NewNode(checks, server).run()
    CloudStory(checks, server).run()
