"""Being told: each way to lose a customer's key is gone by the cloud's own SDK or by a fault of the network, and each time
the alert opens, a mail and a signed webhook say so, the event is there; and all of them again when it is over.
"""
import json
import pathlib
import tempfile

import requests

from customer.aws import AwsCustomer
from customer.azure import AzureCustomer
from customer.google import GoogleCustomer
from dev_server import DevServer
from receivers import HookReceiver, MailServer
from tally import Checks

# The dev timings check every two seconds and confirm a loss a second later; the machine may be busy.
TOLD_WITHIN = 20
WATCHER = "watcher@example.com"
VERSION, CLUSTERS = "application/vnd.atlas.2023-01-01+json", "application/vnd.atlas.2024-10-23+json"


class Watch:
    """A project whose alerts go to a mail address and to a webhook."""

    def __init__(self, checks, server, mails, hooks, project):
        self.checks, self.server, self.mails, self.hooks, self.project = checks, server, mails, hooks, project
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {server.token()}", "Accept": VERSION})

    def url(self, path):
        return self.server.atlas(f"/groups/{self.project}{path}")

    def configure(self, kind, **more):
        """Asks to be told of a kind of alert, by mail and by webhook."""
        body = {
            "eventTypeName": kind, "enabled": True,
            "notifications": [
                {"typeName": "EMAIL", "emailAddress": WATCHER, "delayMin": 0, "intervalMin": 5},
                {"typeName": "WEBHOOK", "webhookUrl": self.hooks.url, "webhookSecret": self.hooks.secret,
                 "delayMin": 0, "intervalMin": 5},
            ],
            **more,
        }
        return self.session.post(self.url("/alertConfigs"), json=body, timeout=20)

    def wants(self, kind):
        """As `configure`, and gives the configuration's id."""
        made = self.configure(kind)
        self.checks.equal(f"somebody wants to hear of {kind}", (made.status_code, made.text if made.status_code != 201 else ""), (201, ""))
        return made.json()["id"]

    def alerts(self, kind, config, status):
        answer = self.session.get(self.url(f"/alerts?status={status}&itemsPerPage=500"), timeout=20)
        answer.raise_for_status()
        return [one for one in answer.json()["results"]
                if one["eventTypeName"] == kind and one["alertConfigId"] == config]

    def events(self, kind):
        answer = self.session.get(self.url(f"/events?eventType={kind}&itemsPerPage=500"), timeout=20)
        answer.raise_for_status()
        return answer.json()["totalCount"]

    def mailed(self, kind, word):
        return [mail for mail in self.mails.mails
                if mail["to"] == [WATCHER] and f"[Atrest] {word}:" in mail["subject"] and kind in mail["text"]
                and self.project in mail["text"]]

    def hooked(self, kind, config, status):
        return [one for one in self.hooks.alerts() if one["eventTypeName"] == kind and one["status"] == status
                and one["alertConfigId"] == config]

    def both_ways(self, name, kind, config, strike, mend, raised, resolved, reason=None, cluster=None):
        """Strikes, looks who was told, mends, and looks again."""
        checks = self.checks
        checks.section(name)
        before = {
            "open mails": len(self.mailed(kind, "OPEN")), "closed mails": len(self.mailed(kind, "RESOLVED")),
            "open hooks": len(self.hooked(kind, config, "OPEN")), "closed hooks": len(self.hooked(kind, config, "CLOSED")),
            raised: self.events(raised) if raised else 0, resolved: self.events(resolved) if resolved else 0,
        }
        strike()
        opened = checks.within(f"{kind} is open", TOLD_WITHIN, lambda: self.alerts(kind, config, "OPEN"))
        checks.within("a mail says so", TOLD_WITHIN, lambda: len(self.mailed(kind, "OPEN")) > before["open mails"])
        checks.within("a webhook says so", TOLD_WITHIN, lambda: len(self.hooked(kind, config, "OPEN")) > before["open hooks"])
        if raised:
            checks.that(f"the event {raised} is there", self.events(raised) > before[raised])
        if opened and self.hooked(kind, config, "OPEN") and self.mailed(kind, "OPEN"):
            told, mail = self.hooked(kind, config, "OPEN")[-1], self.mailed(kind, "OPEN")[-1]
            shown = {field: told[field] for field in ("id", "alertConfigId", "eventTypeName", "groupId", "status")}
            checks.equal("the webhook holds the alert as the API shows it", shown,
                         {field: opened[0][field] for field in shown})
            if reason:
                checks.that(f"with its reason {reason}, the mail too",
                            told["atrest"].get("reason") == reason and reason in mail["text"], (told, mail["text"]))
            if cluster:
                checks.that(f"and the cluster that suffers, {cluster}",
                            cluster in told["atrest"]["clusters"] and cluster in mail["text"], (told, mail["text"]))
        mend()
        checks.within(f"{kind} is over", TOLD_WITHIN, lambda: not self.alerts(kind, config, "OPEN"))
        checks.within("a mail says so", TOLD_WITHIN, lambda: len(self.mailed(kind, "RESOLVED")) > before["closed mails"])
        checks.within("a webhook says so", TOLD_WITHIN,
                      lambda: len(self.hooked(kind, config, "CLOSED")) > before["closed hooks"])
        if resolved:
            checks.that(f"the event {resolved} is there", self.events(resolved) > before[resolved])


def refused_webhooks(checks, watch):
    checks.section("webhooks that lead where they must not are refused when they are configured")
    for url in ("http://127.0.0.1:9/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[fd00::1]/",
                "https://user:secret@example.com/", "ftp://example.com/", "nonsense"):
        body = {"eventTypeName": "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", "enabled": True,
                "notifications": [{"typeName": "WEBHOOK", "webhookUrl": url, "intervalMin": 5, "delayMin": 0}]}
        answer = watch.session.post(watch.url("/alertConfigs"), json=body, timeout=20)
        told = answer.json()
        checks.equal(f"{url}", (answer.status_code, told.get("errorCode"), told.get("parameters")),
                     (400, "WEBHOOK_URL_NOT_ALLOWED", ["notifications[0].webhookUrl"]))


def lose_keys(checks, watch, customers):
    """Every way to lose each customer's key that shows on a key in use."""
    for customer in customers:
        answer = watch.session.patch(
            watch.server.settings_url(watch.project), json={customer.field: customer.payload}, timeout=40)
        checks.equal(f"{customer.provider} is enabled", (answer.status_code, answer.text if answer.status_code != 200 else ""), (200, ""))
        kind = f"{customer.provider}_ENCRYPTION_KEY_INVALID"
        made = watch.configure(kind)
        if not checks.equal(f"somebody wants to hear of {kind}", (made.status_code, made.text if made.status_code != 201 else ""), (201, "")):
            continue
        for fault in customer.faults():
            if fault.spares_the_present_key:
                continue
            watch.both_ways(
                f"{customer.provider}: {fault.name}", kind, made.json()["id"], fault.strike, fault.mend,
                raised=kind, resolved=f"{customer.provider}_ENCRYPTION_KEY_VALID", reason=fault.reason)


def lose_the_network(checks, watch):
    kind = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED"
    made = watch.configure(kind)
    checks.equal(f"somebody wants to hear of {kind}", (made.status_code, made.text if made.status_code != 201 else ""), (201, ""))
    fault = {"provider": "aws", "operation": "*", "kind": "http500", "times": 100_000}
    watch.both_ways(
        "the provider cannot be reached", kind, made.json()["id"],
        lambda: watch.server.console("POST", "faults", json=fault), lambda: watch.server.console("DELETE", "faults"),
        raised=kind, resolved="ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED")


def a_key_on_its_way_out(checks, watch, customer):
    """What deletes a key for good is told apart from what only makes it unusable."""
    kind = f"{customer.provider}_ENCRYPTION_KEY_PENDING_DELETION"
    # The key must be seen to be lost, or nothing will say that it is found again.
    seen = lambda: watch.session.get(watch.server.settings_url(watch.project), timeout=20).json()[customer.field]["valid"]

    def recover():
        checks.within("the key is seen to be lost", TOLD_WITHIN, seen, lambda valid: not valid)
        customer.recover()
        checks.within("and found again", TOLD_WITHIN, seen)

    watch.both_ways("the key's deletion is scheduled, and called off", kind, watch.wants(kind), customer.delete, recover,
                    raised=kind, resolved=f"{customer.provider}_ENCRYPTION_KEY_VALID")


def a_cluster_comes_back(checks, watch, customer):
    kind, name = "CLUSTER_DELETED", "passing"
    region = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
              "electableSpecs": {"instanceSize": "M10", "nodeCount": 3}}
    body = {"name": name, "clusterType": "REPLICASET", "encryptionAtRestProvider": customer.provider,
            "replicationSpecs": [{"regionConfigs": [region]}]}
    made = watch.session.post(watch.url("/clusters"), json=body, headers={"Accept": CLUSTERS}, timeout=20)
    checks.equal("there is a cluster", (made.status_code, made.text if made.status_code != 201 else ""), (201, ""))
    back = f"{watch.server.base}/api/atrest/v1/groups/{watch.project}/deletedClusters/{made.json()['id']}/return"

    def delete():
        answer = watch.session.delete(watch.url(f"/clusters/{name}"), headers={"Accept": CLUSTERS}, timeout=20)
        checks.equal("it is deleted", answer.status_code, 202)

    def bring_back():
        answer = watch.session.post(back, headers={"Accept": "application/json"}, timeout=20)
        checks.equal("it is brought back", (answer.status_code, answer.text if answer.status_code != 200 else ""), (200, ""))

    watch.both_ways("a cluster is deleted, and brought back", kind, watch.wants(kind), delete, bring_back, raised=kind,
                    resolved="CLUSTER_RETURNED", cluster=name)


def an_endpoint_turned_away(checks, watch, customer):
    """The vault's owner rejects an endpoint with azure-mgmt-keyvault, and approves its successor."""
    kind, settings = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED", watch.server.settings_url(watch.project)
    url = f"{settings}/{customer.provider}/privateEndpoints"
    answer = watch.session.patch(
        settings, json={customer.field: {**customer.payload, "requirePrivateNetworking": True}}, timeout=40)
    checks.equal("private networking is required", (answer.status_code, answer.text if answer.status_code != 200 else ""), (200, ""))
    answer = watch.session.post(url, json={"regionName": "US_CENTRAL"}, timeout=20)
    checks.equal("there is an endpoint", (answer.status_code, answer.text if answer.status_code != 202 else ""), (202, ""))

    def decide(status):
        """The owner decides about the endpoint that waits."""
        waits = lambda: [one for one in watch.session.get(url, timeout=20).json()["results"]
                         if one["status"] == "PENDING_ACCEPTANCE" and one["privateEndpointConnectionName"]]
        found = checks.within("an endpoint waits for its approval", TOLD_WITHIN, waits)
        where = customer.payload["resourceGroupName"], customer.payload["keyVaultName"]
        state = {"privateLinkServiceConnectionState": {"status": status, "description": f"{status} by its owner"}}
        customer.management.private_endpoint_connections.put(
            *where, found[-1]["privateEndpointConnectionName"], {"properties": state})

    watch.both_ways("an endpoint is rejected, and its successor approved", kind, watch.wants(kind), lambda: decide("Rejected"),
                    lambda: decide("Approved"), raised=kind, resolved="ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE")


def clusters_that_suffer(checks, watch, customer):
    """The second project has clusters; who is told hears which of them."""
    kind = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID"
    made = watch.configure(kind)
    checks.equal(f"somebody wants to hear of {kind}", (made.status_code, made.text if made.status_code != 201 else ""), (201, ""))
    watch.both_ways(
        "a cluster's key is lost", kind, made.json()["id"], customer.disable, customer.enable, raised=kind,
        resolved="ENCRYPTION_AT_REST_CONFIG_IS_VALID", cluster="cluster0")


def a_receiver_with_a_bad_day(checks, watch, customer):
    checks.section("a receiver that is away hears everything later, in order")
    kind, hooks = "AWS_ENCRYPTION_KEY_INVALID", watch.hooks
    made = watch.configure(kind).json()["id"]
    hooks.answer = 503
    customer.disable()
    checks.within("it is asked", TOLD_WITHIN, lambda: [one for one in hooks.alerts(503) if one["alertConfigId"] == made])
    customer.enable()
    checks.within("the alert is over before it listens", TOLD_WITHIN, lambda: watch.alerts(kind, made, "CLOSED"))
    hooks.answer = 200
    checks.within("then it hears all of it", 2 * TOLD_WITHIN, lambda: watch.hooked(kind, made, "CLOSED"))
    heard = [one["status"] for one in hooks.alerts() if one["alertConfigId"] == made]
    checks.equal("that it opened before that it closed", (heard[0], heard[-1]), ("OPEN", "CLOSED"))
    checks.section("a receiver that sends elsewhere is not followed")
    hooks.answer = 302
    customer.disable()
    checks.within("it is asked", TOLD_WITHIN, lambda: [one for one in hooks.alerts(302) if one["alertConfigId"] == made])
    checks.within("and the failure is an event", TOLD_WITHIN, lambda: watch.events("NOTICE_NOT_DELIVERED"))
    checks.that("nobody came to where it sent us", not [one for one in hooks.got if one["path"] != "/hook"])
    hooks.answer = 200
    customer.enable()
    checks.within("what comes after it is told", TOLD_WITHIN, lambda: len(watch.hooked(kind, made, "CLOSED")) > 1)


def main():
    with Checks("alerts", 900) as checks, tempfile.TemporaryDirectory() as folder, MailServer() as mails:
        with HookReceiver(pathlib.Path(folder)) as hooks:
            options = ("--smtp", mails.address, "--webhooks-ca", str(hooks.certificate))
            with DevServer(*options) as server:
                watch = Watch(checks, server, mails, hooks, server.project)
                customers = [AwsCustomer(server), AzureCustomer(server), GoogleCustomer(server)]
                refused_webhooks(checks, watch)
                lose_keys(checks, watch, customers)
                lose_the_network(checks, watch)
                a_key_on_its_way_out(checks, watch, customers[0])
                a_cluster_comes_back(checks, watch, customers[0])
                an_endpoint_turned_away(checks, watch, customers[1])
                fleet = Watch(checks, server, mails, hooks, server.dev["kmip"]["projectId"])
                clusters_that_suffer(checks, fleet, customers[0])
                a_receiver_with_a_bad_day(checks, watch, customers[0])
                checks.section("what was sent")
                checks.that(f"all {len(hooks.got)} webhooks are signed", all(map(hooks.is_signed, hooks.got)))
                words = {"OPENED": "alert.open", "REMINDER": "alert.update", "RESOLVED": "alert.close"}
                checks.that("and say in a header what kind of news they are", all(
                    one["headers"]["x-mms-event"] == words[json.loads(one["body"])["atrest"]["kind"]] for one in hooks.got))
                ids = [one["headers"]["x-atrest-delivery"] for one in hooks.got if one["answered"] == 200]
                checks.equal("none was delivered twice", len(ids), len(set(ids)))
                names = [mail["id"] for mail in mails.mails]
                checks.equal("nor was a mail", len(names), len(set(names)))
                checks.that("webhooks are 4 KiB at most", all(len(one["body"]) <= 4096 for one in hooks.got))
                secrets = [customer.payload[name] for customer in customers
                           for name in ("secretAccessKey", "secret", "serviceAccountKey") if name in customer.payload]
                said = "".join(mail["text"] for mail in mails.mails) + "".join(one["body"].decode() for one in hooks.got)
                checks.that("no secret is in any of it", not [secret for secret in [*secrets, hooks.secret] if secret in said])
                figures = server.metrics()
                checks.that("the metrics count what was sent", 'atrest_notices{state="SENT"}' in figures, figures[-500:])


if __name__ == "__main__":
    main()
