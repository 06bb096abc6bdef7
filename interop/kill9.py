"""kill -9 during 200 random PATCHes, on SQLite and on PostgreSQL.

After every restart the project is exactly in its old or in its new state, an answered change is never lost, and there
is one ENCRYPTION_AT_REST_CONFIGURATION_UPDATED event for each change, no more and no fewer.
"""
import random
import threading
import time

import requests

from dev_server import DevServer
from tally import Checks
from test_database import fresh_database

PATCHES = 200
KILL_EVERY = 4
EVENT = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"
SEED = 20250312


class Project:
    """What a client sees of one project, and the PATCHes it can think of."""

    def __init__(self, server, dice):
        self.server, self.dice = server, dice
        self.token = server.token()
        self.static = server.aws["payload"]["awsKms"]
        kms = server.boto3("kms")
        others = [kms.create_key(Description=f"key {n}")["KeyMetadata"]["KeyId"] for n in range(2)]
        self.keys = [self.static["customerMasterKeyID"], *others]

    def _headers(self):
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.atlas.2023-01-01+json"}

    def state(self, project=None):
        answer = requests.get(self.server.settings_url(project), headers=self._headers(), timeout=20)
        answer.raise_for_status()
        body = answer.json()
        for provider in ("awsKms", "azureKeyVault", "googleCloudKms"):
            body[provider].pop("valid", None)
        return body

    def events(self):
        url = self.server.atlas(f"/groups/{self.server.project}/events?eventType={EVENT}&itemsPerPage=500")
        answer = requests.get(url, headers=self._headers(), timeout=20)
        answer.raise_for_status()
        seen = [event for event in answer.json()["results"] if event["eventTypeName"] == EVENT]
        return len(seen), len({event["id"] for event in seen})

    def any_change(self, old):
        """Picks a change that differs from what is stored, and the state it must lead to."""
        choices = ["search"]
        if old["awsKms"]["enabled"]:
            choices += ["key", "key", "key", "disable"]
        else:
            choices += ["enable", "enable", "enable"]
        new = {name: dict(part) if isinstance(part, dict) else part for name, part in old.items()}
        choice = self.dice.choice(choices)
        if choice == "search":
            new["enabledForSearchNodes"] = not old["enabledForSearchNodes"]
            return {"enabledForSearchNodes": new["enabledForSearchNodes"]}, new
        if choice == "disable":
            new["awsKms"] = {name: None for name in old["awsKms"]} | {"enabled": False}
            return {"awsKms": {"enabled": False}}, new
        present = old["awsKms"].get("customerMasterKeyID")
        key = self.dice.choice([one for one in self.keys if one != present])
        if choice == "key":
            new["awsKms"]["customerMasterKeyID"] = key
            return {"awsKms": {"customerMasterKeyID": key}}, new
        payload = dict(self.static, customerMasterKeyID=key)
        new["awsKms"].update({name: value for name, value in payload.items() if name != "secretAccessKey"})
        new["awsKms"].setdefault("requirePrivateNetworking", False)
        if new["awsKms"]["requirePrivateNetworking"] is None:
            new["awsKms"]["requirePrivateNetworking"] = False
        return {"awsKms": payload}, new

    def patch(self, body):
        return requests.patch(self.server.settings_url(), json=body, headers=self._headers(), timeout=30)


def run(checks, name, *options):
    checks.section(f"{name}: {PATCHES} PATCHes, a kill -9 in every {KILL_EVERY}th")
    dice = random.Random(SEED)
    with DevServer(*options) as server:
        project = Project(server, dice)
        other = server.dev["kmip"]["projectId"] if server.dev.get("kmip") else None
        other_state = project.state(other) if other else None
        state, changes, times = project.state(), project.events()[0], []
        torn, lost, refused, kills, landed = [], [], [], 0, 0
        for number in range(PATCHES):
            body, wanted = project.any_change(state)
            kill = number % KILL_EVERY == KILL_EVERY - 1 and len(times) > 2
            answers = []

            def send():
                try:
                    answers.append(project.patch(body))
                except requests.RequestException:
                    pass  # cut off: the outcome is what the restarted server says

            start = time.monotonic()
            sender = threading.Thread(target=send)
            sender.start()
            if kill:
                usual = sorted(times)[len(times) // 2]
                sender.join(dice.uniform(0, 1.3 * usual))
                server.kill()
                kills += 1
            sender.join()
            if kill:
                server.start()
            else:
                times.append(time.monotonic() - start)
            seen = project.state()
            if answers and answers[0].status_code != 200:
                refused.append((body, answers[0].text))
            if seen == wanted:
                changes += 1
                landed += bool(kill)
            elif seen != state:
                torn.append((state, wanted, seen))
            elif answers and answers[0].status_code == 200:
                lost.append((body, seen))
            state = seen
            if kill and project.events() != (changes, changes):
                checks.equal(f"events after kill {kills}", project.events(), (changes, changes))
                changes = project.events()[0]
        checks.that(f"{PATCHES} PATCHes with {kills} kills: all old or new state ({landed} killed ones had landed)", not torn, torn[:2])
        checks.that("no answered change was lost", not lost, lost[:2])
        checks.that("no PATCH was refused", not refused, refused[:2])
        checks.equal("one event per change", project.events(), (changes, changes))
        if other:
            checks.equal("the other project is untouched", project.state(other), other_state)
        # The last word is a clean restart: nothing was only in memory.
        server.stop()
        server.start()
        checks.equal("the state survives a clean restart", project.state(), state)
        checks.equal("the events survive it too", project.events(), (changes, changes))


with Checks("kill9", 900) as checks:
    run(checks, "SQLite")
    run(checks, "PostgreSQL", "--database-url", fresh_database("kill9"))
