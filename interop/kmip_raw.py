"""A KMIP client of a page: TTLV by hand over mutual TLS, fast enough for thousands of keys. Knows no library and no server.

Strict like the C library that most database nodes use: one read of eight bytes, one read of the rest, nothing left over.
"""
import socket
import ssl
import struct

STRUCTURE, INTEGER, ENUMERATION, TEXT, BYTES = 0x01, 0x02, 0x05, 0x07, 0x08
PERMISSION_DENIED, ITEM_NOT_FOUND = 12, 1
DEACTIVATED, ACTIVE = 3, 2
OPERATIONS = {"Create": 1, "Register": 3, "Locate": 8, "Get": 10, "GetAttributes": 11, "Activate": 18, "Revoke": 19, "Destroy": 20}


class KmipFailure(Exception):
    """The server answered, and refused."""

    def __init__(self, reason, message):
        super().__init__(f"reason {reason}: {message}")
        self.reason, self.message = reason, message


def item(tag, kind, value):
    if kind == STRUCTURE:
        value = b"".join(value)
    elif kind in (INTEGER, ENUMERATION):
        value = struct.pack(">I", value)
    elif kind == TEXT:
        value = value.encode()
    return struct.pack(">I", tag << 8 | kind) + struct.pack(">I", len(value)) + value + b"\0" * (-len(value) % 8)


def items(data):
    """Takes a structure's bytes apart: a list of (tag, value), structures again as lists."""
    found, at = [], 0
    while at < len(data):
        head, length = struct.unpack(">II", data[at:at + 8])
        tag, kind, value = head >> 8, head & 0xFF, data[at + 8:at + 8 + length]
        padding = data[at + 8 + length:at + 8 + length + -length % 8]
        if len(value) != length or any(padding):
            raise ValueError("the server sent a torn item")
        if kind == STRUCTURE:
            value = items(value)
        elif kind in (INTEGER, ENUMERATION):
            [value] = struct.unpack(">I", value)
        elif kind == TEXT:
            value = value.decode()
        found.append((tag, value))
        at += 8 + length + -length % 8
    return found


def first(found, *path):
    for tag in path:
        found = next((value for at, value in found if at == tag), None)
        if found is None:
            return None
    return found


def attribute(name, kind, value):
    return item(0x420008, STRUCTURE, [item(0x42000A, TEXT, name), item(0x42000B, kind, value)])


class RawClient:
    """One connection of one node. Not for several threads at once."""

    def __init__(self, kmip, client, version=(1, 2), timeout=20):
        context = ssl.create_default_context(cafile=kmip["caFile"])
        context.load_cert_chain(client["certFile"], client["keyFile"])
        connection = socket.create_connection((kmip["host"], kmip["port"]), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.version = context.wrap_socket(connection, server_hostname=kmip["host"]), version

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def call(self, operation, payload):
        major, minor = self.version
        version = item(0x420069, STRUCTURE, [item(0x42006A, INTEGER, major), item(0x42006B, INTEGER, minor)])
        header = item(0x420077, STRUCTURE, [version, item(0x42000D, INTEGER, 1)])
        batch = item(0x42000F, STRUCTURE, [item(0x42005C, ENUMERATION, OPERATIONS[operation]), item(0x420079, STRUCTURE, payload)])
        self.socket.sendall(item(0x420078, STRUCTURE, [header, batch]))
        head = self._exactly(8)
        answer = first(items(head + self._exactly(struct.unpack(">II", head)[1])), 0x42007B, 0x42000F)
        if first(answer, 0x42007F) != 0:
            raise KmipFailure(first(answer, 0x42007E), first(answer, 0x42007D))
        return first(answer, 0x42007C)

    def _exactly(self, length):
        data = bytearray()
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise ConnectionError("the server closed the connection")
            data += part
        return bytes(data)

    # What a node does.
    def register(self, material):
        """Brings a key of its own, as Percona Server for MongoDB does, and activates it."""
        template = item(0x420091, STRUCTURE, [
            attribute("Cryptographic Algorithm", ENUMERATION, 3), attribute("Cryptographic Length", INTEGER, 8 * len(material)),
            attribute("Cryptographic Usage Mask", INTEGER, 12)])
        block = item(0x420040, STRUCTURE, [
            item(0x420042, ENUMERATION, 1), item(0x420045, STRUCTURE, [item(0x420043, BYTES, material)]),
            item(0x420028, ENUMERATION, 3), item(0x42002A, INTEGER, 8 * len(material))])
        answer = self.call("Register", [item(0x420057, ENUMERATION, 2), template, item(0x42008F, STRUCTURE, [block])])
        key = first(answer, 0x420094)
        self.call("Activate", [item(0x420094, TEXT, key)])
        return key

    def get(self, key):
        answer = self.call("Get", [item(0x420094, TEXT, key)])
        return first(answer, 0x42008F, 0x420040, 0x420045, 0x420043)

    def state(self, key):
        answer = self.call("GetAttributes", [item(0x420094, TEXT, key), item(0x42000A, TEXT, "State")])
        return first(answer, 0x420008, 0x42000B)
