"""Rotating the customer key under 10,000 master keys while 50 clients read them, with three kill -9 in between.

No Get fails, progress never goes back, and afterwards every key opens under the new customer key and none needs the old.
"""
import os
import random
import threading
import time

import requests

from dev_server import DevServer
from kmip_raw import KmipFailure, RawClient
from tally import Checks

KEYS = int(os.environ.get("ATREST_ROTATION_KEYS", "10000"))
WRITERS = 16
READERS = 50
KILLS = 3
STARTED, ROTATED = "ENCRYPTION_AT_REST_KEY_ROTATION_STARTED", "AWS_ENCRYPTION_KEY_ROTATED"


class Readers:
    """Clients that read random keys until told to stop. A connection that breaks is made anew; a refusal is kept."""

    def __init__(self, server, client, keys):
        self.server, self.client, self.keys = server, client, keys
        self.over, self.refused, self.reads = threading.Event(), [], [0] * READERS
        self.threads = [threading.Thread(target=self._read, args=(number,)) for number in range(READERS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _read(self, number):
        dice, connection, names = random.Random(number), None, list(self.keys)
        while not self.over.is_set():
            try:
                connection = connection or RawClient(self.server.dev["kmip"], self.client)
                for _ in range(20):
                    key = dice.choice(names)
                    if connection.get(key) != self.keys[key]:
                        self.refused.append((key, "other bytes"))
                    self.reads[number] += 1
                    time.sleep(0.02)
            except KmipFailure as failure:
                self.refused.append((key, str(failure)))
            except (OSError, ValueError):
                # The server was killed; its successor is asked.
                connection = None
                time.sleep(0.1)


def register_all(kmip, client, checks):
    keys, lock, start = {}, threading.Lock(), time.monotonic()

    def register(count):
        with RawClient(kmip, client) as connection:
            for _ in range(count):
                material = os.urandom(32)
                key = connection.register(material)
                with lock:
                    keys[key] = material

    writers = [threading.Thread(target=register, args=(KEYS // WRITERS,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    took = time.monotonic() - start
    checks.equal(f"{len(keys)} keys registered and activated in {took:.0f} s", len(keys), KEYS // WRITERS * WRITERS)
    return keys


with Checks("kmip_rotation", 900) as checks, DevServer() as server:
    kmip = server.dev["kmip"]
    project = kmip["projectId"]
    client = next(one for one in kmip["clients"] if one["cluster"] == "cluster0" and one["role"] == "client")
    headers = {"Authorization": f"Bearer {server.token()}", "Accept": "application/json"}

    def ask(path):
        answer = requests.get(f"{server.base}/api/atrest/v1/groups/{project}/{path}", headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def rotation():
        [found] = ask("rotations")["results"]
        return found

    def numbers():
        """What each customer key of AWS protects, by number."""
        found = [one for one in ask("customerKeys")["results"] if one["provider"] == "AWS"]
        return {one["number"]: one for one in found}

    checks.section(f"{KEYS} master keys")
    keys = register_all(kmip, client, checks)
    kms = server.boto3("kms")
    new_key = kms.create_key(Description="the next one")["KeyMetadata"]["KeyId"]

    checks.section(f"rotation under {READERS} clients, {KILLS} kills")
    seen, killed = [], 0
    with Readers(server, client, keys) as readers:
        answer = requests.patch(
            server.settings_url(project), json={"awsKms": {"customerMasterKeyID": new_key}}, headers=headers, timeout=30)
        checks.equal("the new key identifier is accepted", (answer.status_code, answer.json().get("awsKms", {}).get("valid")), (200, True))
        deadline = time.monotonic() + 400
        while time.monotonic() < deadline:
            now = rotation()
            seen.append(now["done"])
            if now["finishedAt"]:
                break
            if killed < KILLS and now["done"] > (killed + 1) * now["total"] / (KILLS + 2):
                server.kill()
                server.start()
                killed += 1
            time.sleep(0.05)
        reads = sum(readers.reads)
        # All clients have come back and read on after the end.
        checks.within("the clients read on", 20, lambda: sum(readers.reads) > reads + READERS)
    checks.that(f"no Get fails ({sum(readers.reads)} were answered)", not readers.refused, readers.refused[:3])
    checks.that(f"progress is monotone ({len(seen)} looks)", seen == sorted(seen), seen)
    checks.equal("kill -9 in between", killed, KILLS)
    checks.that("the rotation is finished", now["finishedAt"] and now["done"] == now["total"], now)

    checks.section("afterwards")
    protecting = {number: one["masterKeys"] for number, one in numbers().items()}
    checks.that("none needs the old key", all(count == 0 for number, count in protecting.items() if number == 1), protecting)
    checks.that("every key is under the new one", protecting.get(2, 0) >= len(keys), protecting)
    events = requests.get(server.atlas(f"/groups/{project}/events?itemsPerPage=500"), headers=headers, timeout=20).json()["results"]
    names = [event["eventTypeName"] for event in events]
    checks.equal("one event for the start and one for the end", (names.count(STARTED), names.count(ROTATED)), (1, 1))
    old_key = server.aws["keyId"]
    kms.disable_key(KeyId=old_key)
    # A new process has nothing in memory: each key is opened by the provider.
    server.stop()
    server.start()
    wrong = []
    with RawClient(server.dev["kmip"], client) as connection:
        for key, material in keys.items():
            try:
                if connection.get(key) != material:
                    wrong.append(key)
            except KmipFailure as failure:
                wrong.append((key, str(failure)))
    checks.that(f"with the old key disabled, every one of {len(keys)} opens with its bytes", not wrong, wrong[:3])
