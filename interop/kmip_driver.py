"""Client-side encryption of MongoDB's own driver: pymongo, unmodified, with the `kmip` provider, keys read by the driver and keys
that never leave the server (`delegated`). Its key vault is a stand-in in this process; the keys are Atrest's.
"""
import contextlib
import datetime
import pathlib
import socket
import tempfile
import threading

import bson
from bson.codec_options import CodecOptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pymongo import MongoClient
from pymongo.encryption import Algorithm, ClientEncryption
from pymongo.errors import EncryptionError
from pymongo.server_api import ServerApi

from dev_server import DevServer
from key_vault import KeyVault
from tally import Checks

NAMESPACE = "encryption.__keyVault"
FOLLOWS_WITHIN = 5
DETERMINISTIC, RANDOM = Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Deterministic, Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Random


class Drivers:
    def __init__(self, checks, server, vault):
        self.checks, self.server, self.vault = checks, server, vault
        self.kmip = server.dev["kmip"]

    def pem(self, name):
        """The one file with key and certificate that drivers want; it lies beside the two of dev.json."""
        node = next(client for client in self.kmip["clients"] if client["name"] == name)
        return str(pathlib.Path(node["certFile"]).with_suffix(".pem"))

    @contextlib.contextmanager
    def driver(self, node="cluster0-0", host=None, port=None, **tls):
        options = {"tlsCAFile": self.kmip["caFile"], "tlsCertificateKeyFile": self.pem(node) if node else None} | tls
        options = {name: value for name, value in options.items() if value}
        endpoint = f"{host or self.kmip['host']}:{port or self.kmip['port']}"
        with MongoClient(self.vault.url, server_api=ServerApi("1")) as client:
            with ClientEncryption({"kmip": {"endpoint": endpoint}}, NAMESPACE, client, CodecOptions(), kms_tls_options={"kmip": options}) as own:
                yield own

    def life(self, delegated):
        self.checks.section(f"data keys under a KMIP key, delegated: {delegated}")
        master_key = {"delegated": True} if delegated else {}
        text = {"iban": "DE02120300000000202051", "numbers": list(range(20))}
        with self.driver() as driver:
            key = driver.create_data_key("kmip", master_key=master_key, key_alt_names=[f"of {delegated}"])
            [document] = [one for one in self.vault.documents if one["_id"] == key]
            kept = document["masterKey"]
            self.checks.equal("the vault names the provider and the key", (kept["provider"], bool(kept["keyId"])), ("kmip", True))
            self.checks.equal("and whether the server does the work", kept.get("delegated", False), delegated)
            sealed = driver.encrypt(text["iban"], DETERMINISTIC, key_id=key)
            self.checks.that("encrypt", isinstance(sealed, bson.Binary) and sealed.subtype == 6, sealed)
            self.checks.equal("the same text once more", driver.encrypt(text["iban"], DETERMINISTIC, key_alt_name=f"of {delegated}"), sealed)
            whole = driver.encrypt(text, RANDOM, key_id=key)
            self.checks.equal("decrypt", driver.decrypt(sealed), text["iban"])
            second = driver.create_data_key("kmip", master_key=dict(master_key, keyId=kept["keyId"]))
            under = driver.encrypt(1, RANDOM, key_id=second)
        for node in ("cluster0-0", "cluster0-1"):
            with self.driver(node) as another:
                self.checks.equal(f"a new driver, {node}", (another.decrypt(whole), another.decrypt(under)), (text, 1))
        with self.driver("cluster1-0") as stranger:
            self.refused("another cluster's client", "Item Not Found", stranger.decrypt, whole)
        self.rewrapped(key, kept["keyId"], master_key, whole, text)

    def rewrapped(self, key, before, master_key, whole, text):
        with self.driver() as driver:
            done = driver.rewrap_many_data_key({"_id": key}, provider="kmip", master_key=master_key)
            self.checks.equal("rewrap_many_data_key", done.bulk_write_result.modified_count, 1)
        [document] = [one for one in self.vault.documents if one["_id"] == key]
        self.checks.that("the data key is under another KMIP key", document["masterKey"]["keyId"] != before, document)
        with self.driver() as driver:
            self.checks.equal("and decrypts as before", driver.decrypt(whole), text)

    def refused(self, what, words, call, *arguments):
        """A call that must fail, with words that a person is shown."""
        try:
            seen = f"it worked: {call(*arguments)!r:.80}"
        except EncryptionError as error:
            if words.lower() in str(error).lower():
                return self.checks.that(f"{what}: {error}", True)
            seen = error
        return self.checks.that(f"{what}, with {words!r}", False, seen)

    def customer_takes_the_key_away(self):
        self.checks.section("the customer disables the key in AWS")
        kms = self.server.boto3("kms")
        with self.driver() as driver:
            local, remote = (driver.create_data_key("kmip", master_key={"delegated": delegated}) for delegated in (False, True))
            sealed = [driver.encrypt("text", RANDOM, key_id=key) for key in (local, remote)]
        kms.disable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("drivers that start now cannot decrypt", FOLLOWS_WITHIN, lambda: all(self.fails(one) for one in sealed))
        for delegated, one in zip((False, True), sealed):
            with self.driver() as driver:
                self.refused(f"and a person reads why, delegated: {delegated}", "Permission Denied", driver.decrypt, one)
        kms.enable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("they can once the key is back", FOLLOWS_WITHIN, lambda: not any(self.fails(one) for one in sealed))

    def fails(self, sealed):
        with self.driver() as driver:
            try:
                return driver.decrypt(sealed) != "text"
            except EncryptionError:
                return True

    def tls(self):
        """The drivers' own tests of TLS with a KMIP server, as far as a good server can be had for them."""
        self.checks.section("TLS, as the drivers' specification tries it")
        create = ("kmip",)
        with self.driver(node=None) as driver:
            self.refused("no client certificate", "", driver.create_data_key, *create)
        with tempfile.TemporaryDirectory() as folder:
            foreign = foreign_certificate(folder)
            with self.driver(tlsCertificateKeyFile=foreign) as driver:
                self.refused("a client certificate that nobody vouches for", "", driver.create_data_key, *create)
            with self.driver(tlsCAFile=foreign) as driver:
                self.refused("a server that nobody vouches for", "certificate verify failed", driver.create_data_key, *create)
        with Forwarder(self.kmip["host"], self.kmip["port"]) as port, self.driver(host="127.0.0.2", port=port) as driver:
            self.refused("a wrong host", "certificate is not valid for", driver.create_data_key, *create)
        with self.driver(host="localhost") as driver:
            self.checks.that("by the name localhost", driver.create_data_key(*create), "nothing")


class Forwarder:
    """Makes the door reachable at an address that its certificate does not name. Gives the port."""

    def __init__(self, host, port):
        self.to = host, port

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.2", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.to)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def foreign_certificate(folder):
    """A key and a certificate that it signed itself, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cluster0-0")])
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day).sign(key, hashes.SHA256())
    path = pathlib.Path(folder) / "foreign.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return str(path)


with Checks("kmip_driver", 240) as checks, DevServer() as server, KeyVault() as vault:
    drivers = Drivers(checks, server, vault)
    for delegated in (False, True):
        drivers.life(delegated)
    drivers.customer_takes_the_key_away()
    drivers.tls()
