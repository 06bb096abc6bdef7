"""Makes pykmip.txt: what a real PyKMIP client sends, and what PyKMIP's own engine answers to it.

    python -m venv v && v/bin/pip install PyKMIP==0.10.0 && v/bin/python capture_pykmip.py > pykmip.txt

Nothing here is made by hand: the client's calls are real, its socket is replaced by a list. Keys are synthetic.
It must not know our codec.
"""
import os
import tempfile

from kmip.core import enums, policy, utils
from kmip.core.factories import attributes
from kmip.core.messages import contents, messages, payloads
from kmip.core.objects import TemplateAttribute
from kmip.pie import objects
from kmip.pie.client import ProxyKmipClient
from kmip.services.server.engine import KmipEngine


class Wire:
    """Stands where the client's socket would: keeps each request, lets the engine answer it, keeps the answer."""

    def __init__(self, engine, version):
        self.engine, self.version, self.call, self.taken = engine, version, None, []

    def write(self, data):
        data = bytes(data)
        self.taken.append((self.call + " request", data))
        request = messages.RequestMessage()
        request.read(utils.BytearrayStream(data), kmip_version=self.version)
        response, _, version = self.engine.process_request(request, ("ann", None))
        stream = utils.BytearrayStream()
        response.write(stream, kmip_version=contents.protocol_version_to_kmip_version(version))
        self.answer = bytes(stream.buffer)
        self.taken.append((self.call + " response", self.answer))

    def read(self):
        return utils.BytearrayStream(self.answer)


def walk(version, minor, username=None, password=None):
    """Calls every operation once. What the engine refuses is kept too: failures are answers."""
    database = os.path.join(tempfile.mkdtemp(), "pykmip.db")
    wire = Wire(KmipEngine(policies=policy.policies, database_path=database), version)
    client = ProxyKmipClient(kmip_version=version, username=username, password=password)
    client._is_open = True
    client.proxy.protocol = wire

    def call(name, act):
        wire.call = f"1.{minor} {name}"
        try:
            return act()
        except Exception as error:  # the engine refuses; the bytes are what we came for
            print(f"# {wire.call}: {type(error).__name__}: {error}")
            return None

    mask = [enums.CryptographicUsageMask.ENCRYPT, enums.CryptographicUsageMask.DECRYPT]
    aes, factory = enums.CryptographicAlgorithm.AES, attributes.AttributeFactory()
    uid = call("Create", lambda: client.create(aes, 256, name="made", cryptographic_usage_mask=mask))
    key = objects.SymmetricKey(aes, 256, bytes(range(32)), masks=mask, name="brought")
    call("Register Symmetric Key", lambda: client.register(key))
    secret = objects.SecretData(b"correct horse", enums.SecretDataType.PASSWORD)
    call("Register Secret Data", lambda: client.register(secret))
    call("Register Opaque Object", lambda: client.register(objects.OpaqueObject(b"\x01\x02\x03", enums.OpaqueDataType.NONE)))
    wrapped = objects.SymmetricKey(
        aes, 128, bytes(range(24)), masks=mask,
        key_wrapping_data={
            "wrapping_method": enums.WrappingMethod.ENCRYPT,
            "encryption_key_information": {
                "unique_identifier": "42",
                "cryptographic_parameters": {"block_cipher_mode": enums.BlockCipherMode.NIST_KEY_WRAP},
            },
            "encoding_option": enums.EncodingOption.NO_ENCODING,
        },
    )
    call("Register wrapped Symmetric Key", lambda: client.register(wrapped))
    call("Activate", lambda: client.activate(uid))
    call("Get", lambda: client.get(uid))
    call("Get unknown", lambda: client.get("no-such-object"))
    call("Get Secret Data", lambda: client.get("3"))
    call("Get Opaque Object", lambda: client.get("4"))
    call("Get with wrapping", lambda: client.get("2", key_wrapping_specification={
        "wrapping_method": enums.WrappingMethod.ENCRYPT,
        "encryption_key_information": {
            "unique_identifier": uid,
            "cryptographic_parameters": {"block_cipher_mode": enums.BlockCipherMode.NIST_KEY_WRAP},
        },
        "encoding_option": enums.EncodingOption.NO_ENCODING,
    }))
    call("Get Attributes", lambda: client.get_attributes(uid, ["State", "Cryptographic Length", "Name"]))
    call("Get Attributes all", lambda: client.get_attributes(uid))
    call("Get Attribute List", lambda: client.get_attribute_list(uid))
    name = factory.create_attribute(enums.AttributeType.NAME, "made")
    call("Locate", lambda: client.locate(
        maximum_items=16, storage_status_mask=1, offset_items=None if minor < 3 else 0, attributes=[name]))
    sealed = call("Encrypt", lambda: client.encrypt(b"sixteen bytes ok", uid=uid, cryptographic_parameters={
        "cryptographic_algorithm": aes, "block_cipher_mode": enums.BlockCipherMode.CBC,
        "padding_method": enums.PaddingMethod.PKCS5}, iv_counter_nonce=bytes(range(16))))
    call("Encrypt with random IV", lambda: client.encrypt(b"other bytes", uid=uid, cryptographic_parameters={
        "cryptographic_algorithm": aes, "block_cipher_mode": enums.BlockCipherMode.CBC,
        "padding_method": enums.PaddingMethod.PKCS5}))
    call("Decrypt", lambda: client.decrypt(sealed[0] if sealed else bytes(32), uid=uid, cryptographic_parameters={
        "cryptographic_algorithm": aes, "block_cipher_mode": enums.BlockCipherMode.CBC,
        "padding_method": enums.PaddingMethod.PKCS5}, iv_counter_nonce=bytes(range(16))))
    call("Check", lambda: client.check(uid, usage_limits_count=1, cryptographic_usage_mask=mask, lease_time=60))
    group = factory.create_attribute(enums.AttributeType.OBJECT_GROUP, "night")
    call("Modify Attribute", lambda: client.modify_attribute(unique_identifier=uid, attribute=name))
    call("Delete Attribute", lambda: client.delete_attribute(
        unique_identifier=uid, attribute_name="Name", attribute_index=0))
    add = lambda: client.proxy.send_request_payload(
        enums.Operation.MODIFY_ATTRIBUTE, payloads.ModifyAttributeRequestPayload(unique_identifier=uid, attribute=group))
    call("Modify Attribute Object Group", add)
    call("Query", lambda: client.proxy.query(query_functions=[
        enums.QueryFunction.QUERY_OPERATIONS, enums.QueryFunction.QUERY_OBJECTS,
        enums.QueryFunction.QUERY_SERVER_INFORMATION, enums.QueryFunction.QUERY_APPLICATION_NAMESPACES]))
    call("Discover Versions", lambda: client.proxy.discover_versions(
        protocol_versions=[contents.ProtocolVersion(1, 2), contents.ProtocolVersion(1, 0)]))
    call("Revoke", lambda: client.revoke(
        enums.RevocationReasonCode.KEY_COMPROMISE, uid, "found on a train", compromise_occurrence_date=6))
    call("Destroy", lambda: client.destroy(uid))
    # An operation that Atrest does not know.
    call("Create Key Pair", lambda: client.create_key_pair(enums.CryptographicAlgorithm.RSA, 2048))
    call("MAC", lambda: client.mac(b"data", uid="2", algorithm=enums.CryptographicAlgorithm.HMAC_SHA256))
    return wire.taken


def main():
    print("# Bytes of PyKMIP 0.10.0 (Apache-2.0), its client and its engine, made by capture_pykmip.py. Keys are synthetic.")
    taken = []
    for minor, version in [(0, enums.KMIPVersion.KMIP_1_0), (2, enums.KMIPVersion.KMIP_1_2), (4, enums.KMIPVersion.KMIP_1_4)]:
        taken += walk(version, minor, *(("ann", "swordfish") if minor == 4 else ()))
    for name, data in taken:
        print(f"\n= {name}")
        text = data.hex()
        for at in range(0, len(text), 96):
            print(text[at:at + 96])


if __name__ == "__main__":
    main()
