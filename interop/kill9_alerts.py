"""kill -9 between a change and its notification, on SQLite and on PostgreSQL.

A customer's key comes and goes, the process dies at random moments in between, and the receiver is away for some of the
time. In the end every notice of every alert was delivered, at least once, and in order.
"""
import pathlib
import random
import tempfile
import time

import requests

from customer.aws import AwsCustomer
from dev_server import DevServer
from receivers import HookReceiver, MailServer
from tally import Checks
from test_database import fresh_database

KIND = "AWS_ENCRYPTION_KEY_INVALID"
ROUNDS = 6
SEED = 20250312
# A restart, a claim that has to run out on PostgreSQL, and the retries that were put off.
SETTLES_WITHIN = 260


class Project:
    def __init__(self, server, hooks):
        self.server, self.hooks = server, hooks

    def headers(self):
        return {"Authorization": f"Bearer {self.server.token()}", "Accept": "application/vnd.atlas.2023-01-01+json"}

    def configure(self):
        body = {"eventTypeName": KIND, "enabled": True, "notifications": [
            {"typeName": "WEBHOOK", "webhookUrl": self.hooks.url, "webhookSecret": self.hooks.secret, "delayMin": 0,
             "intervalMin": 5}]}
        url = self.server.atlas(f"/groups/{self.server.project}/alertConfigs")
        answer = requests.post(url, json=body, headers=self.headers(), timeout=20)
        answer.raise_for_status()
        self.config = answer.json()["id"]

    def alerts(self):
        url = self.server.atlas(f"/groups/{self.server.project}/alertConfigs/{self.config}/alerts?itemsPerPage=500")
        answer = requests.get(url, headers=self.headers(), timeout=20)
        answer.raise_for_status()
        return {one["id"]: one["status"] for one in answer.json()["results"]}

    def valid(self):
        answer = requests.get(self.server.settings_url(), headers=self.headers(), timeout=20)
        return answer.ok and answer.json()["awsKms"]["valid"]

    def told(self):
        """What each alert's receiver heard, in order."""
        heard = {}
        for one in self.hooks.alerts():
            if one["alertConfigId"] == self.config:
                heard.setdefault(one["id"], []).append((one["atrest"]["sequence"], one["status"]))
        return heard


def run(checks, name, options, folder, dice):
    checks.section(name)
    with HookReceiver(folder) as hooks, MailServer() as mails:
        options = ("--webhooks-ca", str(hooks.certificate), "--smtp", mails.address, *options)
        with DevServer(*options) as server:
            customer, project = AwsCustomer(server), Project(server, hooks)
            answer = requests.patch(
                server.settings_url(), json={"awsKms": customer.payload}, headers=project.headers(), timeout=40)
            checks.equal("the project is enabled", (answer.status_code, answer.text if answer.status_code != 200 else ""), (200, ""))
            project.configure()
            for round_number in range(ROUNDS):
                for act, valid in ((customer.disable, False), (customer.enable, True)):
                    hooks.answer = dice.choice((200, 200, 503))
                    act()
                    # From the moment of the change to well after the message.
                    time.sleep(dice.uniform(0.5, 5))
                    server.kill()
                    server.start()
                    checks.within(f"round {round_number}: the key is {'valid' if valid else 'lost'}", 40, project.valid,
                                  lambda seen: bool(seen) == valid)
            hooks.answer = 200
            alerts = checks.within("each loss was an alert, and none is left open", SETTLES_WITHIN, project.alerts,
                                   lambda seen: len(seen) == ROUNDS and set(seen.values()) == {"CLOSED"})
            checks.within("every alert was told to its end", SETTLES_WITHIN, project.told,
                          lambda heard: all(heard.get(alert, [(0, "")])[-1][1] == "CLOSED" for alert in alerts))
            heard, out_of_order, gaps = project.told(), [], []
            for alert, notices in heard.items():
                numbers = [number for number, _ in notices]
                if numbers != sorted(numbers):
                    out_of_order.append((alert, notices))
                if set(numbers) != set(range(1, max(numbers) + 1)):
                    gaps.append((alert, notices))
            checks.that("in order", not out_of_order, out_of_order)
            checks.that("and none was lost", not gaps, gaps)
            twice = sum(len(notices) - len(set(notices)) for notices in heard.values())
            print(f"  {len(heard)} alerts, {sum(map(len, heard.values()))} webhooks, {twice} of them again")


def main():
    dice = random.Random(SEED)
    with Checks("kill9_alerts", 1500) as checks, tempfile.TemporaryDirectory() as folder:
        run(checks, "on SQLite", (), pathlib.Path(folder), dice)
        run(checks, "on PostgreSQL", ("--database-url", fresh_database("kill9_alerts")), pathlib.Path(folder), dice)


if __name__ == "__main__":
    main()
