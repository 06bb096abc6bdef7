"""The command line against a real server: the published line for updateEncryptionAtRest, what comes out on which stream with
which exit code, and a user's day from a new project to its end with the everyday commands. Knows only what a user can know.
"""
import json
import os
import pathlib
import subprocess
import tempfile

from dev_server import DevServer, program
from tally import Checks

EAR = "encryptionAtRestUsingCustomerKeyManagement"
DEFAULTED = "warning: using default API version '2023-01-01'"
REFUSED = "Error: server returned an error response code\n"


class Shell:
    """A person's terminal: a home folder, an environment, and commands typed one after the other."""

    def __init__(self, home, **environment):
        self.home = pathlib.Path(home)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(home), **environment}

    def type(self, *words, body=None):
        """Runs a command; a body is piped, else there is nothing at standard input."""
        stdin = {"input": body} if body is not None else {"stdin": subprocess.DEVNULL}
        run = subprocess.run(
            [program("atrest"), *words], capture_output=True, text=True, timeout=120, env=self.environment, **stdin,
        )
        return run

    def with_only(self, **environment):
        return Shell(self.home, **environment)

    def file(self, name, value):
        path = self.home / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)


def shown(run):
    return f"exit {run.returncode}, out {run.stdout[:400]!r}, err {run.stderr[:400]!r}"


def pasted(kit):
    """The documents of a kit: what stands between titles and begins as JSON does."""
    parts = [part.split("\n\n", 1)[1].strip() for part in ("\n\n" + kit).split("\n\n# ")[1:]]
    return [part for part in parts if part.startswith(("{", "["))]


def reads(text):
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False


class Day:
    def __init__(self, checks, server, home):
        self.checks, self.server, self.shell = checks, server, Shell(home)
        self.payload = server.aws["payload"]

    def well(self, what, *words, body=None):
        """Types a command that must end with 0, and gives what it wrote."""
        run = self.shell.type(*words, body=body)
        self.checks.that(f"{what}: atrest {' '.join(words[:4])}", run.returncode == 0, shown(run))
        return run.stdout

    def json(self, what, *words, body=None):
        try:
            return json.loads(self.well(what, *words, "-o", "json", body=body) or "{}")
        except ValueError:
            return {}

    def profile(self):
        self.checks.section("a profile from dev mode")
        self.well("is filled", "profile", "use-dev", str(self.server.folder))
        kept = self.shell.home / ".config" / "atrest" / "config.toml"
        self.checks.equal("is its owner's alone", oct(kept.stat().st_mode & 0o777), "0o600")
        described = self.well("is shown", "profile", "describe")
        self.checks.that("without its secret", self.server.key[1] not in described and "redacted" in described, described)
        run = self.shell.type("profile", "set", "private_api_key", "typed")
        self.checks.that("takes no secret from the command line", run.returncode == 1 and "pipe it" in run.stderr, shown(run))

    def published_line(self):
        self.checks.section("the published line, with both names")
        for name in ("updateEncryptionAtRest", "updateGroupEncryptionAtRest"):
            out = self.well("helps", "api", EAR, name, "--help")
            for flag in ("--groupId", "--projectId", "--file", "--version", "--envelope", "--pretty", "--output", "--outputFile", "--profile"):
                self.checks.that(f"{name} --help names {flag}", flag in out, out)
        before = self.shell.type("api", EAR, "getEncryptionAtRest")
        self.checks.equal("reads with the profile's project", before.returncode, 0)
        self.checks.that("warns of the default version", before.stderr.startswith(DEFAULTED), before.stderr)
        three = {"awsKms", "azureKeyVault", "googleCloudKms"}
        self.checks.that("all three are there", three <= json.loads(before.stdout).keys(), before.stdout)
        file = self.shell.file("aws.json", self.payload)
        for how, words, body in (("a file", ["--file", file], None), ("a pipe", [], json.dumps(self.payload))):
            run = self.shell.type("api", EAR, "updateEncryptionAtRest", "--version", "2023-01-01", *words, body=body)
            saved = json.loads(run.stdout or "{}").get("awsKms") or {}
            self.checks.equal(f"changes from {how}", (run.returncode, saved.get("valid"), run.stderr), (0, True, ""))
        run = self.shell.type("api", EAR, "updateEncryptionAtRest", "--file", file, body="{}")
        self.checks.equal("not from both", (run.returncode, run.stdout), (1, ""))
        self.checks.that("and says so", "cannot use --file flag and also input from standard input" in run.stderr, shown(run))

    def streams(self):
        self.checks.section("refusals: the body on standard output, the error beside it, exit code 1")
        pinned = ["--version", "2023-01-01"]
        for what, words, body, status in (
            ("a wrong body", ["api", EAR, "updateEncryptionAtRest", *pinned], '{"awsKms":{"enabled":"yes","nonsense":1}}', 400),
            ("no such project", ["api", EAR, "getEncryptionAtRest", "--groupId", "0" * 24, *pinned], None, 404),
        ):
            run = self.shell.type(*words, body=body)
            told = json.loads(run.stdout or "{}")
            self.checks.equal(what, (run.returncode, told.get("error"), run.stderr), (1, status, REFUSED))
        nobody = self.shell.with_only(ATREST_BASE_URL=self.server.base, ATREST_PUBLIC_API_KEY="zzzzzzzz", ATREST_PRIVATE_API_KEY="z")
        run = nobody.type("api", "projects", "listGroups", *pinned)
        self.checks.equal("a wrong key", (run.returncode, json.loads(run.stdout or "{}").get("error")), (1, 401))
        run = nobody.type("projects", "list")
        self.checks.that("and in everyday words", run.stderr.startswith("Error: unauthorized"), shown(run))
        for what, words in (("a misspelt flag", ["projects", "list", "--colour"]), ("a misspelt operation", ["api", "projects", "x"])):
            run = self.shell.type(*words)
            self.checks.equal(what, (run.returncode, run.stdout), (1, ""))
        run = self.shell.type("serve", "--colour")
        self.checks.equal("what is not ours keeps its exit code", run.returncode, 2)
        account = self.server.dev["api"]["serviceAccount"]
        by_account = self.shell.with_only(
            MONGODB_ATLAS_OPS_MANAGER_URL=self.server.base + "/", MONGODB_ATLAS_CLIENT_ID=account["clientId"],
            MONGODB_ATLAS_CLIENT_SECRET=account["clientSecret"], MONGODB_ATLAS_PROJECT_ID=self.server.project,
        )
        for turn in ("first", "second"):
            run = by_account.type("api", EAR, "getGroupEncryptionAtRest", *pinned)
            self.checks.equal(f"a service account from the environment, {turn} time", (run.returncode, run.stderr), (0, ""))
        kept = list((self.shell.home / ".cache" / "atrest").glob("token_*.json"))
        self.checks.equal("keeps its token for its owner", [oct(one.stat().st_mode & 0o777) for one in kept], ["0o600"])

    def begin(self):
        self.checks.section("the day: a project, its keys")
        created = self.json("creates", "projects", "create", "billing")
        self.project = created.get("id", "")
        self.well("keeps it in the profile", "profile", "set", "project_id", self.project)
        self.checks.that("lists it", "billing" in self.well("lists", "projects", "list"), "not there")
        candidate = self.shell.file("candidate.json", self.payload)
        report = self.well("tries", "encryption", "check", "--file", candidate)
        self.checks.that("says that it passes", "passed: the change would be saved" in report, report)
        wrong = json.loads(json.dumps(self.payload))
        wrong["awsKms"]["customerMasterKeyID"] = wrong["awsKms"]["customerMasterKeyID"][:-12] + "000000000000"
        run = self.shell.type("encryption", "check", "--file", self.shell.file("wrong.json", wrong))
        self.checks.equal("a wrong key ends with 2", run.returncode, 2)
        self.checks.that("and says what failed", "FAILED" in run.stdout and "nothing was saved" in run.stdout, shown(run))
        run = self.shell.type("encryption", "check", body='{"nonsense":1}')
        self.checks.equal("a malformed candidate ends with 1", (run.returncode, run.stdout), (1, ""))
        settings = self.json("reads", "encryption", "describe")
        self.checks.equal("nothing was saved", settings.get("awsKms", {}).get("enabled"), False)
        for cloud in ("aws", "azure", "gcp"):
            kit = self.well("prints what to paste", "encryption", "setup-kit", cloud)
            self.checks.that(f"{cloud}: has steps", kit.startswith("# 1. ") and self.server.key[1] not in kit, kit)
            self.checks.equal(f"{cloud}: what is JSON can be read", [part for part in pasted(kit) if not reads(part)], [])
        self.well("saves", "encryption", "update", "--file", candidate)
        table = self.well("shows", "encryption", "describe")
        self.checks.that("in a row for each provider", table.splitlines()[1].split()[:3] == ["AWS", "true", "true"], table)
        finding = self.well("shows", "encryption", "validity")
        self.checks.equal("with the last check's finding", finding.splitlines()[1].split()[:2], ["AWS", "VALID"])

    def middle(self):
        self.checks.section("clusters, nodes, keys, endpoints")
        cluster = ["--provider", "AWS", "--region", "US_EAST_1", "--encryptionAtRestProvider", "AWS"]
        table = self.well("creates and waits", "clusters", "create", "orders", *cluster, "--watch", "--watchTimeout", "60")
        self.checks.that("it is idle and encrypted", "IDLE" in table and table.split()[-1] == "AWS", table)
        node = self.json("creates", "nodes", "create", "db-0", "--cluster", "orders", "--region", "US_EAST_1")
        token = self.json("gets a token", "nodes", "token", node.get("id", ""), "--cluster", "orders").get("token", "")
        self.checks.that("that is one", token.startswith("atrest-enrol-1."), token[:20])
        self.checks.that("lists it", "db-0" in self.well("lists", "nodes", "list", "--cluster", "orders"), "not there")
        self.well("revokes it", "nodes", "revoke", node.get("id", ""), "--cluster", "orders", "--force")
        self.checks.that("knows the customer key", "AWS" in self.well("lists", "keys", "customer"), "not there")
        self.well("lists master keys", "keys", "list")
        self.well("lists rotations", "keys", "rotations", "list")
        self.well("asks for private networking", "encryption", "update", body='{"awsKms":{"requirePrivateNetworking":true}}')
        made = self.json("makes one and waits", "endpoints", "create", "--provider", "aws", "--region", "US_EAST_1", "-w", "--watchTimeout", "60")
        self.checks.equal("it stands", made.get("status"), "ACTIVE")
        self.checks.that("lists it", made.get("id", "-") in self.well("lists", "endpoints", "list", "--provider", "aws"), made)
        self.well("removes it", "endpoints", "delete", made.get("id", ""), "--provider", "aws", "--force", "-w")
        self.well("gives it up", "encryption", "update", body='{"awsKms":{"requirePrivateNetworking":false}}')

    def around(self):
        self.checks.section("alerts, events, access, roles")
        configured = self.json("has defaults", "alerts", "settings", "list").get("results", [])
        self.checks.that("for the key it has", any("AWS_ENCRYPTION_KEY" in one.get("eventTypeName", "") for one in configured), configured)
        mail = ["--notificationType", "EMAIL", "--notificationEmailAddress", "ops@example.org"]
        made = self.json("makes one by mail", "alerts", "settings", "create", "--event", "CLUSTER_DELETED", *mail)
        self.checks.equal("to that address", [one.get("emailAddress") for one in made.get("notifications", [])], ["ops@example.org"])
        made = self.json("makes one", "alerts", "settings", "create", "--event", "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID", "--notificationRole", "GROUP_OWNER")
        self.checks.equal("turns it off", self.json("turns", "alerts", "settings", "disable", made.get("id", "")).get("enabled"), False)
        self.well("deletes it", "alerts", "settings", "delete", made.get("id", ""), "--force")
        self.well("lists alerts", "alerts", "list", "--status", "OPEN")
        events = self.well("lists events", "events", "list", "--limit", "500")
        self.checks.that("in words", "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED" in events, events)
        key = self.json("makes a key", "access", "apiKeys", "create", "--desc", "for the day", "--role", "ORG_OWNER")
        guest = self.shell.with_only(
            ATREST_BASE_URL=self.server.base, ATREST_PUBLIC_API_KEY=key.get("publicKey", ""), ATREST_PRIVATE_API_KEY=key.get("privateKey", ""),
        )
        run = guest.type("projects", "list")
        self.checks.that("that works", run.returncode == 0 and "billing" in run.stdout, shown(run))
        self.checks.that("is listed without its secret", key.get("privateKey", "-") not in self.well("lists", "access", "apiKeys", "list"), "the secret")
        self.well("deletes it", "access", "apiKeys", "delete", key.get("id", ""), "--force")
        run = guest.type("projects", "list")
        self.checks.that("that works no more", run.returncode == 1 and "unauthorized" in run.stderr, shown(run))
        role = self.json("begins a role", "cloudProviders", "accessRoles", "aws", "create")
        self.checks.that("that is listed", role.get("roleId", "-") in self.well("lists", "cloudProviders", "accessRoles", "list"), role)
        self.well("gives it back", "cloudProviders", "accessRoles", "aws", "deauthorize", role.get("roleId", ""), "--force")

    def end(self):
        self.checks.section("and back down")
        run = self.shell.type("clusters", "delete", "orders")
        self.checks.that("asks before it deletes", run.returncode == 1 and "--force" in run.stderr, shown(run))
        run = self.shell.type("projects", "delete", self.project, "--force")
        self.checks.that("a project in use stays", run.returncode == 1 and "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS" in run.stderr, shown(run))
        self.well("deletes and waits", "clusters", "delete", "orders", "--force", "--watch", "--watchTimeout", "60")
        self.well("turns encryption off", "encryption", "update", body='{"awsKms":{"enabled":false}}')
        self.well("deletes", "projects", "delete", self.project, "--force")
        run = self.shell.type("projects", "describe", self.project)
        self.checks.that("it is gone", run.returncode == 1 and "GROUP_NOT_FOUND" in run.stderr, shown(run))

    def completion(self):
        self.checks.section("completion")
        script = self.well("prints", "completion", "bash")
        run = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, timeout=60)
        self.checks.equal("bash can read it", (run.returncode, run.stderr), (0, ""))
        self.checks.that("it knows both names", "updateEncryptionAtRest" in script and "updateGroupEncryptionAtRest" in script, "missing")


def main():
    with Checks("cli", 600) as checks, DevServer() as server, tempfile.TemporaryDirectory() as home:
        day = Day(checks, server, home)
        day.profile()
        day.published_line()
        day.streams()
        day.begin()
        day.middle()
        day.around()
        day.end()
        day.completion()


if __name__ == "__main__":
    main()
