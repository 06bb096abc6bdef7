"""kill -9 at each step of a private endpoint's life, and at random moments, on SQLite and on PostgreSQL.

At every moment, and above all after every restart: what exists in a cloud is known to a row, nothing exists twice, and
every row reaches the state it is on its way to. Faults hold a cloud's operation in flight, or lose its answer, while the
process is killed. Knows what a user can know, what the cloud's console shows, and on PostgreSQL where claims lie.
"""
import random
import threading
import time
from collections import Counter

import requests

from dev_server import DevServer
from tally import Checks
from test_database import fresh_database

# A restart and the work that was left lying, on a busy machine.
SETTLES_WITHIN = 40
# The same where a dead process's claim has to run out by itself first.
CLAIM_RUNS_OUT_WITHIN = 60 + SETTLES_WITHIN
IN_FLIGHT_WITHIN = 10
HELD_MS = 30_000
RANDOM_KILLS = 8
SEED = 20250312
AZURE, AWS = ("AZURE", "US_CENTRAL"), ("AWS", "US_EAST_1")
LIVES = {"INITIATING", "PENDING_ACCEPTANCE", "ACTIVE", "FAILED"}


class Hold:
    """Keeps operations of both clouds in flight, or loses their answers."""

    def __init__(self, server, kind, azure=None, aws=None):
        self.server, self.kind = server, kind
        self.operations = {cloud: name for cloud, name in (("azure", azure), ("aws", aws)) if name}

    def __enter__(self):
        latency = {"latencyMs": HELD_MS} if self.kind == "latency" else {}
        for cloud, operation in self.operations.items():
            fault = {"provider": cloud, "operation": operation, "kind": self.kind, **latency}
            self.server.console("POST", "faults", json=fault)
        return self

    def __exit__(self, *_):
        pass  # the process was killed, and the faults with it

    def struck(self):
        """The operations that have come, each at least once."""
        faults = self.server.console("GET", "faults").json()["faults"]
        return {fault["operation"] for fault in faults if fault["requests"]} >= set(self.operations.values())

    def __str__(self):
        words = " and ".join(self.operations.values())
        return {"latency": f"{words} in flight", "lost": f"the answer of {words} lost"}[self.kind] if words else "at once"


class Project:
    """What a client sees of one project, and what the clouds have of it."""

    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.headers = {"Authorization": f"Bearer {server.token()}", "Accept": "application/vnd.atlas.2023-01-01+json"}
        require = {"requirePrivateNetworking": True}
        body = {"azureKeyVault": server.azure["payload"]["azureKeyVault"] | require, "awsKms": server.aws["payload"]["awsKms"] | require}
        requests.patch(server.settings_url(), json=body, headers=self.headers, timeout=60).raise_for_status()
        self.vault = body["azureKeyVault"]["keyVaultName"]

    def url(self, cloud, endpoint=None):
        return f"{self.server.settings_url()}/{cloud}/privateEndpoints" + (f"/{endpoint}" if endpoint else "")

    def create(self, cloud, region):
        return requests.post(self.url(cloud), json={"regionName": region}, headers=self.headers, timeout=30)

    def delete(self, cloud, endpoint):
        return requests.delete(self.url(cloud, endpoint), headers=self.headers, timeout=30)

    def rows(self, cloud=None):
        found = []
        for one in [cloud] if cloud else ["AZURE", "AWS"]:
            answer = requests.get(self.url(one), headers=self.headers, timeout=30)
            answer.raise_for_status()
            found += answer.json()["results"]
        return found

    def statuses(self, cloud):
        return [row["status"] for row in self.rows(cloud)]

    def in_the_clouds(self):
        """The ids of the rows that the clouds' endpoints were made for, one for each endpoint that is there."""
        azure = self.server.console("GET", "azure").json()["endpoints"]
        aws = [one for account in self.server.console("GET", "aws").json()["accounts"] for one in account["vpcEndpoints"]]
        tags = lambda one: {tag["Key"]: tag["Value"] for tag in one["tags"]} if isinstance(one["tags"], list) else one["tags"]
        return [one["name"].removeprefix("atrest-") for one in azure] + [
            tags(one).get("atrest-endpoint", f"untagged {one['id']}") for one in aws if one["state"] != "deleted"]

    def faults(self):
        """What must never be: unknown endpoints in a cloud, doubled ones, two living rows in a region."""
        before, there = self.rows(), self.in_the_clouds()
        after = self.rows()
        known = {row["id"] for row in before + after}
        alive = Counter((row["cloudProvider"], row["regionName"]) for row in after if row["status"] in LIVES)
        return ([f"nobody knows {one}" for one in there if one not in known]
                + [f"{one} is there {count} times" for one, count in Counter(there).items() if count > 1]
                + [f"{place} has {count} living rows" for place, count in alive.items() if count > 1])

    def connections(self):
        """The vault's side: the connections by their status."""
        vaults = self.server.console("GET", "azure").json()["vaults"]
        [vault] = [vault for vault in vaults if vault["name"] == self.vault]
        return vault["connections"]

    def answer_connections(self, present, act):
        """The vault's owner approves or rejects whatever is in that state."""
        for one in self.connections():
            if one["status"] == present:
                self.server.console("POST", f"azure/vaults/{self.vault}/connections/{one['name']}/{act}")


class Round:
    """Kills and restarts, and looks at what is left."""

    def __init__(self, checks, server, project, database):
        self.checks, self.server, self.project, self.database, self.kills = checks, server, project, database, 0

    def kill(self, what, hold=None, landed=None, patient=False):
        """Kills the process once what is held is in flight (or has landed), starts it, and looks at once."""
        if hold and hold.operations:
            self.wait(hold.struck, f"{what}: {hold}")
        if landed:
            self.wait(landed, f"{what}: it landed all the same")
        self.server.kill()
        self.kills += 1
        if self.database and not patient:
            self.database.let_claims_run_out()
        self.server.start()
        faults = self.project.faults()
        self.checks.that(f"{what}: killed, and nothing is unknown or doubled", not faults, faults)

    def wait(self, look, what):
        deadline = time.monotonic() + IN_FLIGHT_WITHIN
        while not look():
            if time.monotonic() > deadline:
                return self.checks.that(what, False, f"not within {IN_FLIGHT_WITHIN} s")
            time.sleep(0.02)
        self.checks.that(what, True)

    def settles(self, what, wanted, within=SETTLES_WITHIN):
        """Waits until the rows of both clouds are as they should be, and looks again."""
        look = lambda: (self.project.statuses("AZURE"), self.project.statuses("AWS"))
        self.checks.within(what, within, look, lambda seen: seen == wanted)
        faults = self.project.faults()
        there, expected = len(self.project.in_the_clouds()), sum(len(part) for part in wanted)
        self.checks.that("with as much in the clouds", not faults and there <= expected, (faults, there))


def life(round, name, made, watched, refused, removed):
    """One life of an endpoint to each provider, with a kill at each step. Each step says what is held, and how."""
    checks, server, project = round.checks, round.server, round.project
    checks.section(name)
    held = lambda step: Hold(server, *step) if step else Hold(server, "latency")
    landed = lambda step, count: (lambda: len(project.in_the_clouds()) == count) if step and step[0] == "lost" else None

    with held(made) as hold:
        for cloud, region in (AZURE, AWS):
            answer = project.create(cloud, region)
            checks.that(f"POST for {cloud}: {answer.status_code}", answer.status_code == 202, answer.text)
        round.kill("while it is made", hold, landed(made, 2))
    round.settles("both are made", (["PENDING_ACCEPTANCE"], ["ACTIVE"]))

    with held(watched) as hold:
        project.answer_connections("Pending", "approve")
        round.kill("while it is approved", hold)
    round.settles("both are ACTIVE", (["ACTIVE"], ["ACTIVE"]))

    with held(refused) as hold:
        project.answer_connections("Approved", "reject")
        round.kill("while it is rejected", hold)
    round.settles("one waits for its successor", (["PENDING_RECREATION", "PENDING_ACCEPTANCE"], ["ACTIVE"]))
    project.answer_connections("Pending", "approve")
    round.settles("the successor took over", (["ACTIVE"], ["ACTIVE"]))

    with held(removed) as hold:
        for row in project.rows():
            answer = project.delete(row["cloudProvider"], row["id"])
            checks.that(f"DELETE at {row['cloudProvider']}: {answer.status_code}", answer.status_code == 204, answer.text)
        round.kill("while it is removed", hold, landed(removed, 0))
    within = {status for cloud in ("AZURE", "AWS") for status in project.statuses(cloud)}
    checks.that("what is left is DELETING", within <= {"DELETING"}, within)
    round.settles("both are gone", ([], []))


def at_random(round, dice):
    """Creates, deletes, approves and rejects without pause while the process is killed."""
    checks, server, project = round.checks, round.server, round.project
    checks.section(f"{RANDOM_KILLS} kills at random moments")
    places = [AZURE, ("AZURE", "US_EAST_2"), AWS]

    def busy(over):
        while not over.is_set():
            try:
                cloud, region = dice.choice(places)
                act = dice.choice(["create", "create", "delete", "approve", "approve", "reject"])
                if act == "create":
                    project.create(cloud, region)
                elif act == "delete":
                    rows = [row for row in project.rows(cloud) if row["regionName"] == region]
                    if rows:
                        project.delete(cloud, dice.choice(rows)["id"])
                else:
                    project.answer_connections({"approve": "Pending", "reject": "Approved"}[act], act)
            except requests.RequestException:
                pass  # cut off, or a state that changed meanwhile: the restarted server says what came of it

    for number in range(RANDOM_KILLS):
        over = threading.Event()
        worker = threading.Thread(target=busy, args=[over])
        worker.start()
        time.sleep(dice.uniform(0.2, 2.5))
        over.set()
        round.kill(f"kill {number + 1}")
        worker.join()
    # Whatever is rejected while nobody approves goes on being rejected; whatever is approved settles.
    settled = {"PENDING_ACCEPTANCE", "ACTIVE", "FAILED", "PENDING_RECREATION"}
    checks.within("every row reaches a settled state", SETTLES_WITHIN, project.rows,
                  lambda rows: all(row["status"] in settled for row in rows))
    project.answer_connections("Pending", "approve")
    for _ in range(3):
        for row in project.rows():
            project.delete(row["cloudProvider"], row["id"])
    round.settles("all of it can be taken away", ([], []))
    checks.equal("nothing is left in the clouds", project.in_the_clouds(), [])
    checks.equal("nor at the vault", [one["name"] for one in project.connections() if one["status"] != "Disconnected"], [])


def run(checks, name, database, *options):
    with DevServer(*options) as server:
        checks.section(f"{name}")
        project = Project(checks, server)
        round = Round(checks, server, project, database)
        life(round, f"{name}: killed while a cloud is asked",
             made=("latency", "CreatePrivateEndpoint", "CreateVpcEndpoint"),
             watched=("latency", "ListPrivateEndpoints"),
             refused=("latency", "DeletePrivateEndpoint"),
             removed=("latency", "DeletePrivateEndpoint", "DeleteVpcEndpoints"))
        life(round, f"{name}: killed when it was done and nobody heard of it",
             made=("lost", "CreatePrivateEndpoint", "CreateVpcEndpoint"),
             watched=("lost", "ListPrivateEndpoints"),
             refused=("lost", "CreatePrivateEndpoint"),
             removed=("lost", "DeletePrivateEndpoint", "DeleteVpcEndpoints"))
        life(round, f"{name}: killed while it looks what came of it",
             made=("latency", "ListPrivateEndpoints", "DescribeVpcEndpoints"),
             watched=("latency", "ListPrivateEndpoints", "DescribeVpcEndpoints"),
             refused=("latency", "CreatePrivateEndpoint"),
             removed=("latency", "GetPrivateEndpoint", "DescribeVpcEndpoints"))
        life(round, f"{name}: killed as soon as it has answered", None, None, None, None)
        if database:
            checks.section("a dead process's claim runs out by itself")
            with Hold(server, "latency", azure="CreatePrivateEndpoint") as hold:
                project.create(*AZURE)
                round.kill("while it is made", hold, patient=True)
            round.settles("another takes it over", (["PENDING_ACCEPTANCE"], []), CLAIM_RUNS_OUT_WITHIN)
            for row in project.rows():
                project.delete(row["cloudProvider"], row["id"])
            round.settles("and it is gone", ([], []))
        at_random(round, random.Random(SEED))
        checks.that(f"{round.kills} kills in all", round.kills > RANDOM_KILLS)


class Database:
    """The PostgreSQL behind the server, where a claim outlives who held it."""

    def __init__(self, address):
        self.address = address

    def let_claims_run_out(self):
        """As if the minute were over that a dead process's claims still hold. On SQLite starting does it: nobody else is there."""
        import psycopg2

        connection = psycopg2.connect(self.address)
        connection.autocommit = True
        connection.cursor().execute("update work set claimed_until = 1 where claimed_until > 0")
        connection.close()


with Checks("kill9_endpoints", 1500) as checks:
    run(checks, "SQLite", None)
    address = fresh_database("kill9_endpoints")
    run(checks, "PostgreSQL", Database(address), "--database-url", address)
