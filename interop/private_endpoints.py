"""Private endpoints as the published page walks through them, from enabling the customer's key to giving private networking
up again: its curl lines against `atrest dev`, and the vault's owner approves, rejects and removes with azure-mgmt-keyvault.
Then what the page leaves out: a vault that was closed all along, AWS, what Terraform expects while it polls, and how soon an
approval shows at a real server's pace. Knows only what a user can know.
"""
import json
import subprocess
import threading
import time

import requests

from customer.azure import AzureCustomer
from dev_server import DevServer
from tally import Checks

FOLLOWS_WITHIN = 10
# As the published page promises it; ours is half a minute.
APPROVAL_SHOWS_WITHIN = 30
STEADY_FOR = 3
ENDPOINT_FIELDS = {"cloudProvider", "errorMessage", "id", "regionName", "status", "privateEndpointConnectionName"}
WHILE_MADE, WHEN_MADE = {"INITIATING"}, {"PENDING_ACCEPTANCE", "ACTIVE", "FAILED"}


def vendor(date):
    return f"application/vnd.atlas.{date}+json"


class Answer:
    """What curl printed last, with its status."""

    def __init__(self, printed):
        self.text, _, status = printed.rpartition("\n")
        self.status = int(status)
        while self.text.startswith("HTTP/"):
            _, _, self.text = self.text.partition("\r\n\r\n")
        self.json = json.loads(self.text) if self.text.strip() else None

    @property
    def code(self):
        return (self.json or {}).get("errorCode")

    def __str__(self):
        return f"{self.status} {self.text}"


class Vault:
    """The vault's owner, with azure-mgmt-keyvault."""

    def __init__(self, server):
        self.customer = AzureCustomer(server)
        payload = self.customer.payload
        self.connections = self.customer.management.private_endpoint_connections
        self.where = payload["resourceGroupName"], payload["keyVaultName"]

    def statuses(self):
        """The state of each connection, by its name."""
        found = self.connections.list_by_resource(*self.where)
        return {one.name: one.properties.private_link_service_connection_state.status for one in found}

    def answer(self, name, status):
        state = {"privateLinkServiceConnectionState": {"status": status, "description": f"{status} by its owner"}}
        told = self.connections.put(*self.where, name, {"properties": state})
        return told.properties.private_link_service_connection_state.status

    def remove(self, name):
        self.connections.begin_delete(*self.where, name, polling_interval=0.1).wait(10)

    def close(self):
        self.customer.set_public_access("Disabled")

    def open(self):
        self.customer.set_public_access("Enabled")


class Watch:
    """Asks for one endpoint every 10 ms, as nobody should, and keeps what it was told until it was told enough."""

    def __init__(self, walk, endpoint, enough):
        self.walk, self.endpoint, self.enough, self.seen = walk, endpoint, enough, []
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status = self.walk.status(self.endpoint)
            if self.seen[-1:] != [status]:
                self.seen.append(status)
            if status in self.enough:
                return
            time.sleep(0.01)

    def story(self):
        self.thread.join(70)
        return self.seen


class Walk:
    def __init__(self, checks, server, cloud="AZURE"):
        self.checks, self.server, self.cloud = checks, server, cloud
        self.settings_url = server.settings_url()
        self.url = f"{self.settings_url}/{cloud}/privateEndpoints"
        self.field, self.part = {"AZURE": ("azureKeyVault", server.azure), "AWS": ("awsKms", server.aws)}[cloud]
        self.payload = self.part["payload"][self.field]
        self.bearer = {"Authorization": f"Bearer {server.token()}", "Accept": vendor("2023-01-01")}

    # ---- the page's lines ----

    def curl(self, method, url, accept, content, body=None, include=True):
        """One curl line of the page, in its order, with other ids and another host."""
        words = [
            "curl", "--user", ":".join(self.server.key), "--digest", "--header", f"Accept: {accept}",
            "--header", f"Content-Type: {content}", *(["--include"] if include else []), "--request", method, url,
            *(["--data", "\n" + json.dumps(body, indent=0)] if body is not None else []),
        ]
        run = subprocess.run(
            [*words, "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}"], capture_output=True)
        if run.returncode:
            raise RuntimeError(f"curl ended with {run.returncode}: {run.stderr.decode()}")
        return Answer(run.stdout.decode())

    def patch(self, date="2023-01-01", slash="/", **changes):
        body = {self.field: {**self.payload, **changes}}
        return self.curl("PATCH", self.settings_url + slash, vendor(date), vendor(date), body)

    def create(self, region):
        return self.curl("POST", self.url, vendor("2023-01-01"), vendor("2023-01-01"), {"regionName": region})

    def delete(self, endpoint):
        body = {"cloudProvider": self.cloud, "regions": ["string"]}
        return self.curl("DELETE", f"{self.url}/{endpoint}", vendor("2024-10-23"), "application/json", body)

    def settings(self):
        answer = self.curl("GET", self.settings_url, vendor("2024-05-30"), vendor("2024-05-30"))
        return answer.json[self.field]

    def all(self):
        answer = self.curl("GET", self.url, vendor("2023-01-01"), vendor("2023-01-01"))
        return answer.json["results"]

    # ---- looking, as programs do ----

    def look(self, path):
        return requests.get(path, headers=self.bearer, timeout=30)

    def status(self, endpoint):
        """What one endpoint is; 404 when it is gone."""
        answer = self.look(f"{self.url}/{endpoint}")
        return answer.json()["status"] if answer.status_code == 200 else answer.status_code

    def by_region(self):
        """The statuses in each region, the newest endpoint last."""
        found = {}
        for one in self.look(self.url).json()["results"]:
            found.setdefault(one["regionName"], []).append(one["status"])
        return found

    def path(self):
        """How key calls leave, by our own view."""
        return next(one["path"] for one in self.networking()["providers"] if one["provider"] == self.cloud)

    def standing(self):
        """Whether the last check could tell how the key is."""
        path = f"{self.server.base}/api/atrest/v1/groups/{self.server.project}/encryptionAtRest/validity"
        answer = requests.get(path, headers={**self.bearer, "Accept": "application/json"}, timeout=30)
        return next(one["state"] for one in answer.json()["providers"] if one["provider"] == self.cloud)

    def valid(self):
        return self.look(self.settings_url).json()[self.field]["valid"]

    def networking(self):
        path = f"{self.server.base}/api/atrest/v1/groups/{self.server.project}/networking"
        answer = requests.get(path, headers={**self.bearer, "Accept": "application/json"}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def events(self):
        answer = self.look(self.server.atlas(f"/groups/{self.server.project}/events?itemsPerPage=500"))
        return [event["eventTypeName"] for event in answer.json()["results"]]

    # ---- checks ----

    def ok(self, what, answer, status=200):
        self.checks.that(f"{what}: {answer.status}", answer.status == status, answer)
        return answer.json

    def refused(self, what, answer, status, code):
        self.checks.that(f"{what}: {answer.status} {answer.code}", (answer.status, answer.code) == (status, code), answer)

    def made(self, region, wanted):
        """Creates an endpoint and follows it, every 10 ms, until it is made."""
        endpoint = self.ok(f"POST for {region}", self.create(region), 202)
        watch = Watch(self, endpoint["id"], WHEN_MADE)
        self.checks.that("the answer has the published fields", ENDPOINT_FIELDS <= endpoint.keys(), endpoint)
        self.checks.equal("and says INITIATING", (endpoint["status"], endpoint["regionName"], endpoint["cloudProvider"]),
                          ("INITIATING", region, self.cloud))
        story = watch.story()
        self.checks.that(f"polled every 10 ms, it was only INITIATING until {wanted}", story in ([wanted], ["INITIATING", wanted]), story)
        return endpoint["id"]

    def gone(self, endpoint):
        """Deletes an endpoint and follows it, every 10 ms, until it is gone."""
        answer = self.delete(endpoint)
        self.ok("DELETE", answer, 204)
        story = Watch(self, endpoint, {404}).story()
        self.checks.that("polled every 10 ms, it was only DELETING until 404", story in ([404], ["DELETING", 404]), story)

    def follows(self, what, look, wanted, within=FOLLOWS_WITHIN):
        return self.checks.within(what, within, look, lambda seen: seen == wanted)


class AzureWalk(Walk):
    def __init__(self, checks, server):
        super().__init__(checks, server)
        self.vault = Vault(server)

    def one(self, endpoint):
        return self.ok("GET one", self.curl("GET", f"{self.url}/{endpoint}", vendor("2024-10-23"), "application/json"))

    def newest(self, region):
        """The id of the region's newest endpoint."""
        return [one["id"] for one in self.look(self.url).json()["results"] if one["regionName"] == region][-1]

    def connection(self, endpoint):
        """The name that the vault's owner sees, as we show it."""
        name = lambda: self.look(f"{self.url}/{endpoint}").json()["privateEndpointConnectionName"]
        return self.checks.within("we show its connection by the vault's own name", FOLLOWS_WITHIN, name,
                                  lambda name: name in self.vault.statuses())

    def approved(self, endpoint, within=FOLLOWS_WITHIN):
        name = self.connection(endpoint)
        self.checks.equal("its owner approves it", self.vault.answer(name, "Approved"), "Approved")
        self.follows("and it shows ACTIVE", lambda: self.status(endpoint), "ACTIVE", within)
        return name

    # ---- the page, in its order ----

    def enable(self):
        self.checks.section("enable the customer's key for the project")
        body = {self.field: {**self.payload, "secret": ""}}
        types = vendor("2024-05-30"), vendor("2024-05-30")
        self.refused("PATCH with the secret left empty", self.curl("PATCH", self.settings_url, *types, body, include=False), 400,
                     "MISSING_ATTRIBUTE")
        body = {self.field: self.payload}
        answer = self.ok("PATCH", self.curl("PATCH", self.settings_url, *types, body, include=False))
        self.checks.equal("enabled and valid", (answer[self.field]["enabled"], answer[self.field]["valid"]), (True, True))
        answer = self.ok("PATCH again, with the secret left empty", self.patch("2024-05-30", "", secret=""))
        self.checks.equal("keeps it", answer[self.field]["valid"], True)
        answer = self.ok("GET", self.curl("GET", self.settings_url, *types))
        shown = {name: value for name, value in self.payload.items() if name != "secret"}
        got = answer[self.field]
        self.checks.equal("shows what was sent", {name: got[name] for name in shown}, shown)
        self.checks.equal("and no private networking", (got["requirePrivateNetworking"], got["valid"]), (False, True))
        self.refused("POST before private networking is required", self.create("US_CENTRAL"), 400,
                     "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_NOT_REQUIRED")

    def set_up(self):
        self.checks.section("set up private endpoint connections")
        answer = self.ok("PATCH with requirePrivateNetworking", self.patch(requirePrivateNetworking=True))
        self.checks.equal("required, and still valid",
                          (answer[self.field]["requirePrivateNetworking"], answer[self.field]["valid"]), (True, True))
        endpoint = self.made("US_CENTRAL", "PENDING_ACCEPTANCE")
        self.refused("a second POST for the region", self.create("US_CENTRAL"), 409,
                     "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ALREADY_EXISTS")
        self.refused("POST for a region without a place", self.create("EUROPE_NORTH"), 400,
                     "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_CONFIGURED")
        self.checks.equal("the list has it", [one["id"] for one in self.all()], [endpoint])
        self.checks.equal("until one is ACTIVE, key calls are public", self.path(), "PUBLIC")
        self.approved(endpoint)
        self.checks.equal("from then on they are private", self.path(), "PRIVATE")
        self.checks.within("event of the endpoint's activation", 3,
                           lambda: "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE" in self.events())
        self.checks.throughout("valid stays true on the private path", STEADY_FOR, self.valid)
        return endpoint

    def close_public_access(self):
        self.checks.section("the vault's public access is closed")
        self.vault.close()
        self.checks.throughout("valid stays true: no key call needs it", STEADY_FOR, self.valid)

    def cut_off(self):
        self.checks.section("the only endpoint is cut off")
        self.server.console("POST", "azure/subnets/us-central/cut")
        try:
            self.follows("nobody knows how the key is", self.standing, "UNKNOWN", 20)
            self.checks.throughout("valid stays true, and the vault could be reached by the public path", STEADY_FOR, self.valid)
            self.checks.equal("which nothing takes", self.standing(), "UNKNOWN")
        finally:
            self.server.console("POST", "azure/subnets/us-central/mend")
        self.follows("known again, by itself", self.standing, "VALID", 20)

    def clusters(self):
        self.checks.section("a cluster under the customer's key")
        self.refused("a new cluster in a region without an active endpoint", self.create_cluster("elsewhere", "US_EAST_2"), 400,
                     "CLUSTER_REGION_HAS_NO_PRIVATE_ENDPOINT")
        self.ok("a new cluster in US_CENTRAL", self.create_cluster("central", "US_CENTRAL"), 201)
        shown = [(one["name"], one["requirePrivateNetworking"]) for one in self.networking()["clusters"]]
        self.checks.equal("its Require Private Networking is Active", shown, [("central", "ACTIVE")])

    def create_cluster(self, name, region):
        nodes = {"instanceSize": "M10", "nodeCount": 3}
        region = {"providerName": "AZURE", "regionName": region, "priority": 7, "electableSpecs": nodes}
        body = {"name": name, "clusterType": "REPLICASET", "encryptionAtRestProvider": "AZURE",
                "replicationSpecs": [{"regionConfigs": [region]}]}
        path = self.server.atlas(f"/groups/{self.server.project}/clusters")
        return self.curl("POST", path, vendor("2024-10-23"), vendor("2024-10-23"), body)

    def held_in_place(self):
        self.checks.section("what endpoints hold in place")
        self.refused("disabling the provider", self.curl(
            "PATCH", self.settings_url, vendor("2023-01-01"), vendor("2023-01-01"), {self.field: {"enabled": False}}), 400,
            "CANNOT_DISABLE_ENCRYPTION_AT_REST_DUE_TO_PRIVATE_ENDPOINTS")
        self.refused("giving private networking up", self.patch(requirePrivateNetworking=False), 400,
                     "CANNOT_DISABLE_ENCRYPTION_AT_REST_REQUIRE_PRIVATE_NETWORKING_WHILE_PRIVATE_ENDPOINTS_EXIST")
        for field, other in (("keyVaultName", "other"), ("resourceGroupName", "other"),
                             ("subscriptionID", "a39012fb-d604-4cd1-8841-77f705f3e6d5")):
            self.refused(f"another {field}", self.patch(**{field: other}), 400, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FIELD_IMMUTABLE")

    def another_region(self):
        self.checks.section("create new endpoints")
        endpoint = self.made("US_EAST_2", "PENDING_ACCEPTANCE")
        self.approved(endpoint)
        self.checks.equal("both regions are ACTIVE", self.by_region(), {"US_CENTRAL": ["ACTIVE"], "US_EAST_2": ["ACTIVE"]})

    def recreated(self, what, region, strike, was_active):
        """One that is rejected or removed stays as PENDING_RECREATION until its successor is approved."""
        self.checks.section(what)
        old = self.newest(region)
        name = self.connection(old)
        strike(name)
        successor = lambda: self.by_region().get(region)
        self.follows("the old one is PENDING_RECREATION, the new one PENDING_ACCEPTANCE", successor,
                     ["PENDING_RECREATION", "PENDING_ACCEPTANCE"])
        new = self.newest(region)
        self.checks.that("the new one is another", new != old and self.status(old) == "PENDING_RECREATION", new)
        self.checks.within("its event", 3, lambda: "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED" in self.events())
        if was_active:
            self.checks.throughout("the other region's endpoint keeps the key valid", STEADY_FOR, self.valid)
        self.approved(new)
        self.follows("and the old one is gone", successor, ["ACTIVE"])
        self.checks.within("with its resource in the cloud", FOLLOWS_WITHIN, lambda: name not in self.vault.statuses())

    def rejected_before_approval(self):
        """The region's endpoint is deleted and made anew, and its owner rejects the new one unseen."""
        self.gone(self.newest("US_EAST_2"))
        self.made("US_EAST_2", "PENDING_ACCEPTANCE")
        self.recreated("rejected while PENDING_ACCEPTANCE", "US_EAST_2", lambda name: self.vault.answer(name, "Rejected"), False)

    def restarted(self):
        self.checks.section("a restart, with the vault closed")
        before = self.look(self.url).json()["results"]
        self.server.stop()
        self.server.start()
        self.bearer["Authorization"] = f"Bearer {self.server.token()}"
        self.checks.equal("the same endpoints", self.look(self.url).json()["results"], before)
        self.follows("known to be valid, by the private path", lambda: (self.standing(), self.path()), ("VALID", "PRIVATE"))

    def rejected_again_and_again(self):
        self.checks.section("rejected again and again")
        self.ok("PATCH with private networking", self.patch(requirePrivateNetworking=True))
        self.made("US_EAST_2", "PENDING_ACCEPTANCE")
        started = time.monotonic()
        for number in range(1, 6):
            rejected = self.newest("US_EAST_2")
            self.vault.answer(self.connection(rejected), "Rejected")
            if number < 5:
                newest = lambda: self.by_region()["US_EAST_2"][-1:] + [self.newest("US_EAST_2") != rejected]
                self.follows(f"rejection {number}: another one takes its place", newest, ["PENDING_ACCEPTANCE", True], 30)
        self.checks.that("each attempt waited longer", time.monotonic() - started > 7, time.monotonic() - started)
        self.follows("rejection 5: FAILED", lambda: self.status(rejected), "FAILED")
        told = self.one(rejected)["errorMessage"]
        self.checks.that(f"and it says why: {told}", "reject" in (told or ""), told)
        for endpoint in [one["id"] for one in self.all()]:
            self.gone(endpoint)
        self.ok("PATCH without private networking", self.patch(requirePrivateNetworking=False))

    def view(self):
        self.checks.section("view endpoints and their statuses")
        answer = self.ok("GET all", self.curl("GET", self.url + "/", vendor("2024-10-23"), "application/json"))
        self.checks.equal("counts them", answer["totalCount"], 2)
        for one in answer["results"]:
            self.checks.equal("GET one says the same", self.one(one["id"]), one)
        missing = self.curl("GET", f"{self.url}/{'0' * 24}", vendor("2024-10-23"), "application/json")
        self.refused("one that is not there", missing, 404, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND")

    def take_down(self, clusters):
        self.checks.section("disable private endpoint connections, and the customer's key")
        for name in clusters:
            path = self.server.atlas(f"/groups/{self.server.project}/clusters/{name}")
            self.ok(f"DELETE cluster {name}", self.curl("DELETE", path, vendor("2024-10-23"), "application/json"), 202)
        for endpoint in [one["id"] for one in self.all()]:
            self.gone(endpoint)
            self.refused("DELETE of one that is gone", self.delete(endpoint), 404, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND")
        self.checks.equal("none is left", self.all(), [])
        self.checks.equal("nor is a connection at the vault", self.vault.statuses(), {})
        answer = self.patch(requirePrivateNetworking=False)
        self.refused("PATCH without private networking, the vault still closed", answer, 400,
                     "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED")
        self.vault.open()
        answer = self.ok("PATCH without private networking, the vault open", self.patch(requirePrivateNetworking=False))
        self.checks.equal("valid by the public path",
                          (answer[self.field]["requirePrivateNetworking"], answer[self.field]["valid"]), (False, True))
        self.disable()

    def disable(self):
        off = {self.field: {"enabled": False}}
        answer = self.ok("PATCH enabled: false", self.curl("PATCH", self.settings_url, vendor("2023-01-01"), vendor("2023-01-01"), off))
        self.checks.equal("it is off", answer[self.field]["enabled"], False)

    # ---- beyond the page ----

    def closed_from_the_start(self):
        self.checks.section("a vault that was closed all along")
        self.vault.close()
        self.refused("PATCH without private networking", self.patch(), 400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED")
        answer = self.ok("PATCH with private networking", self.patch(requirePrivateNetworking=True))
        self.checks.equal("saved, and not valid yet", (answer[self.field]["enabled"], answer[self.field]["valid"]), (True, False))
        refused = self.create_cluster("early", "US_CENTRAL")
        self.checks.that(f"no cluster can be switched on yet: {refused.status} {refused.code}", refused.status == 400, refused)
        endpoint = self.made("US_CENTRAL", "PENDING_ACCEPTANCE")
        self.approved(endpoint)
        self.follows("valid by the first round trip over it", self.valid, True)
        self.ok("a cluster now", self.create_cluster("late", "US_CENTRAL"), 201)
        self.take_down(["late"])

    def at_a_servers_pace(self):
        self.checks.section("at a real server's pace")
        self.ok("PATCH with private networking", self.patch(requirePrivateNetworking=True))
        endpoint = self.made("US_CENTRAL", "PENDING_ACCEPTANCE")
        self.approved(endpoint, APPROVAL_SHOWS_WITHIN)
        self.gone(endpoint)


class AwsWalk(Walk):
    def __init__(self, checks, server):
        super().__init__(checks, server, "AWS")

    def all_of_it(self):
        self.checks.section("AWS: no approval is needed")
        answer = self.ok("PATCH with private networking", self.patch(requirePrivateNetworking=True))
        self.checks.equal("valid", answer[self.field]["valid"], True)
        self.refused("POST for a region the key is not in", self.create("US_EAST_2"), 400,
                     "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_SUPPORTED")
        endpoint = self.made("US_EAST_1", "ACTIVE")
        [one] = self.all()
        self.checks.that("its connection is the endpoint's id", (one["privateEndpointConnectionName"] or "").startswith("vpce-"), one)
        self.checks.equal("key calls are private", self.path(), "PRIVATE")
        self.checks.throughout("valid stays true on the private path", STEADY_FOR, self.valid)
        self.gone(endpoint)
        self.ok("PATCH without private networking", self.patch(requirePrivateNetworking=False))
        self.checks.equal("valid by the public path", self.valid(), True)


with Checks("private_endpoints", 600) as checks:
    with DevServer() as server:
        walk = AzureWalk(checks, server)
        walk.enable()
        walk.set_up()
        walk.cut_off()
        walk.close_public_access()
        walk.clusters()
        walk.held_in_place()
        walk.another_region()
        reject = lambda name: walk.vault.answer(name, "Rejected")
        walk.recreated("rejected while ACTIVE", "US_EAST_2", reject, True)
        walk.recreated("removed while ACTIVE", "US_EAST_2", walk.vault.remove, True)
        walk.rejected_before_approval()
        walk.view()
        walk.restarted()
        walk.take_down(["central"])
        walk.closed_from_the_start()
        walk.rejected_again_and_again()
        AwsWalk(checks, server).all_of_it()
    with DevServer("--real-timings") as server:
        AzureWalk(checks, server).at_a_servers_pace()
