"""A stand-in for the database that a driver keeps its data keys in: one process-local server that speaks OP_MSG, for one
collection, as far as pymongo's ClientEncryption needs it. It keeps documents as they come. Knows no encryption.
"""
import datetime
import socketserver
import struct
import threading

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
MORE_TO_COME = 2
HELLO = {
    "ok": 1.0, "helloOk": True, "isWritablePrimary": True, "ismaster": True, "maxBsonObjectSize": 16 * 1024 * 1024,
    "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "minWireVersion": 0, "maxWireVersion": 25, "readOnly": False,
}


class KeyVault(socketserver.ThreadingTCPServer):
    """Use as a context; `url` is for MongoClient, `documents` is what is kept."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Connection)
        self.documents, self.lock = [], threading.Lock()

    @property
    def url(self):
        return "mongodb://127.0.0.1:%d/?directConnection=true" % self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def answer(self, command):
        name = next(iter(command))
        with self.lock:
            if name in ("hello", "ismaster", "isMaster"):
                return dict(HELLO, localTime=datetime.datetime.now(datetime.timezone.utc))
            if name in ("ping", "endSessions"):
                return {"ok": 1.0}
            if name == "find":
                found = [one for one in self.documents if matches(one, command.get("filter") or {})]
                return {"ok": 1.0, "cursor": {"id": bson.Int64(0), "ns": f"{command['$db']}.{command['find']}", "firstBatch": found}}
            if name == "insert":
                self.documents += command["documents"]
                return {"ok": 1.0, "n": len(command["documents"])}
            if name == "update":
                changed = sum(self.update(one) for one in command["updates"])
                return {"ok": 1.0, "n": changed, "nModified": changed}
            if name == "delete":
                gone = [one for each in command["deletes"] for one in self.documents if matches(one, each["q"])]
                self.documents = [one for one in self.documents if one not in gone]
                return {"ok": 1.0, "n": len(gone)}
        return {"ok": 0.0, "errmsg": f"no such command: {name}", "code": 59, "codeName": "CommandNotFound"}

    def update(self, wanted):
        chosen = [one for one in self.documents if matches(one, wanted["q"])][: None if wanted.get("multi") else 1]
        for document in chosen:
            change = wanted["u"]
            unknown = set(change) - {"$set", "$currentDate"}
            if unknown:
                raise ValueError(f"this stand-in does not know {unknown}")
            document.update(change.get("$set", {}))
            document.update({field: datetime.datetime.now(datetime.timezone.utc) for field in change.get("$currentDate", {})})
        return len(chosen)


def matches(document, wanted):
    """The few conditions that a driver asks a key vault with. Anything else is refused, not ignored."""
    return all(holds(document, field, condition) for field, condition in wanted.items())


def holds(document, field, condition):
    if field == "$or":
        return any(matches(document, one) for one in condition)
    if field == "$and":
        return all(matches(document, one) for one in condition)
    here = document
    for part in field.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    held = here if isinstance(here, list) else [here]
    if isinstance(condition, dict):
        if set(condition) != {"$in"}:
            raise ValueError(f"this stand-in does not know {condition}")
        return any(one in condition["$in"] for one in held)
    return condition in held


class Connection(socketserver.BaseRequestHandler):
    """One connection: requests in, answers out, until it ends."""

    def handle(self):
        while header := self.exactly(16):
            length, request, _, kind = struct.unpack("<iiii", header)
            body = self.exactly(length - 16)
            if kind == OP_QUERY:
                name_ends = body.index(b"\0", 4)
                command = bson.decode(body[name_ends + 9:])
                head = struct.pack("<iqii", 8, 0, 0, 1)
                self.reply(request, OP_REPLY, head + bson.encode(self.server.answer(command)))
            elif kind == OP_MSG:
                flags, command = read_message(body)
                answer = self.server.answer(command)
                if not flags & MORE_TO_COME:
                    self.reply(request, OP_MSG, struct.pack("<I", 0) + b"\0" + bson.encode(answer))
            else:
                raise ValueError(f"opcode {kind}")

    def reply(self, to, kind, body):
        self.request.sendall(struct.pack("<iiii", len(body) + 16, to, to, kind) + body)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.request.recv(count - len(data))
            if not more:
                return b""
            data += more
        return data


def read_message(body):
    """Takes an OP_MSG apart: its flags, and the command with its document sequences put back in."""
    [flags] = struct.unpack("<I", body[:4])
    at, end = 4, len(body) - (4 if flags & 1 else 0)
    command, sequences = {}, {}
    while at < end:
        kind, [size] = body[at], struct.unpack("<i", body[at + 1:at + 5])
        section = body[at + 1:at + 1 + size]
        if kind == 0:
            command = bson.decode(section)
        else:
            name, _, documents = section[4:].partition(b"\0")
            sequences[name.decode()] = bson.decode_all(documents)
        at += 1 + size
    return flags, dict(command, **sequences)
