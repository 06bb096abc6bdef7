"""The clients of npm, unmodified: MongoDB's own MCP server, which takes nothing but TLS and trades a service account for tokens,
and mongodb-atlas-api-client, by Digest. Where there is no npm, or the packages cannot be had, nothing is run, and a line says so.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import requests

from dev_server import ROOT, DevServer
from tally import Checks

HERE = pathlib.Path(__file__).resolve().parent / "node_clients"
PACKAGES = ROOT / ".ci-cache" / "node_clients"


class NotRun(Exception):
    """npm, or a package, is not to be had here."""


def install():
    """Fetches the packages at the versions of package.json, unless they are there. No script of theirs is run."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NotRun("node and npm are not installed")
    listed, mark = (HERE / "package.json").read_text(), PACKAGES / "installed.json"
    if mark.exists() and mark.read_text() == listed:
        return
    PACKAGES.mkdir(parents=True, exist_ok=True)
    (PACKAGES / "package.json").write_text(listed)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    try:
        got = subprocess.run(command, cwd=PACKAGES, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        raise NotRun("the packages did not come within 300 s") from None
    if got.returncode:
        raise NotRun((got.stderr.strip().splitlines() or ["npm failed"])[-1])
    mark.write_text(listed)


class Lines:
    """A program that reads and writes lines of JSON. Use as a context."""

    def __init__(self, command, environment, log):
        self.log = log
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(log, "w"),
                                        env=environment, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def send(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("it ended: " + pathlib.Path(self.log).read_text()[-2000:])
        return json.loads(line)


class Mcp(Lines):
    """The MCP server as a program that talks to a model starts it."""

    def __init__(self, server, folder):
        api = server.dev["api"]
        environment = dict(
            os.environ, HOME=folder, MDB_MCP_API_BASE_URL=api["tlsBaseUrl"] + "/", MDB_MCP_TELEMETRY="disabled",
            MDB_MCP_API_CLIENT_ID=api["serviceAccount"]["clientId"], DO_NOT_TRACK="1", MDB_MCP_LOGGERS="stderr",
            MDB_MCP_API_CLIENT_SECRET=api["serviceAccount"]["clientSecret"],
            SSL_CERT_FILE=api["caFile"], NODE_EXTRA_CA_CERTS=api["caFile"],
        )
        program = PACKAGES / "node_modules" / "mongodb-mcp-server" / "dist" / "esm" / "index.js"
        super().__init__(["node", str(program)], environment, os.path.join(folder, "mcp.log"))
        self.last = 0
        hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "atrest", "version": "1"}}
        self.hello = self.ask("initialize", hello)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method, parameters):
        self.last += 1
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": parameters})
        while True:
            message = self.receive()
            if message.get("id") == self.last and "method" not in message:
                return message.get("result") or message

    def tool(self, name, **arguments):
        """Calls a tool; gives whether it went well, and all that it said."""
        result = self.ask("tools/call", {"name": "atlas-" + name, "arguments": arguments})
        words = "\n".join(part.get("text", "") for part in result.get("content", []))
        return not result.get("isError", "content" not in result), words or json.dumps(result)


def by_mcp(checks, server, folder):
    checks.section("MongoDB's MCP server, over TLS")
    org, project = server.dev["api"]["orgId"], server.project
    with Mcp(server, folder) as mcp:
        checks.equal("it starts", mcp.hello["serverInfo"]["version"], "3.0.4")

        def says(what, name, *wanted, **arguments):
            well, words = mcp.tool(name, **arguments)
            return checks.that(what, well and all(word in words for word in wanted), words)

        says("it lists the organization", "list-orgs", org)
        says("it lists the projects", "list-projects", project, orgId=org)
        says("and of all organizations", "list-projects", project)
        says("it creates a project", "create-project", "from mcp", projectName="from mcp", orgId=org)
        made = [group for group in groups(server) if group["name"] == "from mcp"]
        checks.equal("which is there", len(made), 1)
        says("it opens the list to an address", "create-access-list", projectId=project, ipAddresses=["203.0.113.7"],
             currentIpAddress=True)
        says("it reads the list", "inspect-access-list", "203.0.113.7", "127.0.0.1", projectId=project)
        well, words = mcp.tool("list-db-users", projectId=project)
        checks.that("it finds no database users", well and "203" not in words, words)
        well, words = mcp.tool("create-db-user", projectId=project, username="me", password="not-a-secret",
                               roles=[{"roleName": "read", "databaseName": "x"}])
        checks.that("and is told that there are none here", not well and "database users" in words, words)
        enable(checks, server)
        where = {"projectId": project, "provider": "AWS", "regions": ["US_EAST_1"]}
        says("it creates a cluster", "create-cluster", clusterName="mcp0", **where)
        cluster = read(server, f"/groups/{project}/clusters/mcp0", "2024-08-05")
        checks.equal("under the customer key that it found valid", cluster.get("encryptionAtRestProvider"), "AWS")
        says("it inspects the cluster", "inspect-cluster", "mcp0", projectId=project, clusterName="mcp0")
        says("it lists the project's clusters", "list-clusters", "mcp0", projectId=project)
        says("and everybody's", "list-clusters", "mcp0")
        says("it pauses the cluster", "pause-resume-cluster", projectId=project, clusterName="mcp0", action="PAUSE")
        paused = read(server, f"/groups/{project}/clusters/mcp0", "2024-08-05")
        checks.equal("which is paused then", paused.get("paused"), True)
        says("it resumes the cluster", "pause-resume-cluster", projectId=project, clusterName="mcp0", action="RESUME")
        for status in ("OPEN", "CLOSED"):
            well, words = mcp.tool("list-alerts", projectId=project, status=status)
            checks.that(f"it lists alerts that are {status}", well, words)
        well, words = mcp.tool("inspect-cluster", projectId=project, clusterName="nothing")
        checks.that("what is not there is told so", not well and ("404" in words or "CLUSTER_NOT_FOUND" in words), words)


def by_api_client(checks, server, folder):
    checks.section("mongodb-atlas-api-client, by Digest")
    project, org = server.project, server.dev["api"]["orgId"]
    public, private = server.key
    settings = {"publicKey": public, "privateKey": private, "baseUrl": server.base + "/api/atlas/v2", "projectId": project}
    command = ["node", str(HERE / "ask.js"), str(PACKAGES), json.dumps(settings)]
    with Lines(command, dict(os.environ, HOME=folder), os.path.join(folder, "client.log")) as client:

        def call(part, name, *words):
            client.send({"part": part, "call": name, "words": words})
            answer = client.receive()
            if "error" in answer:
                raise RuntimeError(f"{part}.{name}: {answer['error']}")
            return answer.get("value")

        checks.equal("it reads the organization", call("organization", "getById", org)["id"], org)
        checks.that("and lists its projects", any(
            group["id"] == project for group in call("organization", "getAllProjectsForOrganization", org)["results"]))
        checks.equal("it reads the project", call("project", "getById", project)["id"], project)
        made = call("project", "create", {"name": "from npm", "orgId": org})
        checks.equal("it creates a project", made.get("name"), "from npm")
        checks.equal("and finds it by name", call("project", "getByName", "from npm").get("id"), made["id"])
        call("project", "delete", made["id"])
        gone = call("project", "getById", made["id"])
        checks.equal("and deletes it", gone.get("errorCode"), "GROUP_NOT_FOUND")
        added = call("projectAccesslist", "create", [{"cidrBlock": "198.51.100.0/24", "comment": "npm"}])
        checks.that("it adds to the access list", any(
            entry["cidrBlock"] == "198.51.100.0/24" for entry in added.get("results", [])), added)
        read_back = call("projectAccesslist", "get", "198.51.100.0%2F24")
        checks.equal("and reads it back", read_back.get("comment"), "npm")
        checks.that("it lists clusters", "results" in call("cluster", "getAll"))
        checks.that("it lists alerts", "results" in call("alert", "getAll"))
        events = call("event", "getAll", {"itemsPerPage": 5})
        checks.equal("it pages events", len(events.get("results", [])), 5)
        roles = call("cloudProviderAccess", "getAll")
        checks.that("it lists provider roles", "awsIamRoles" in roles, roles)
        made = call("cloudProviderAccess", "create", {"providerName": "AWS"})
        checks.that("it makes one", re.fullmatch("[0-9a-f]{24}", made.get("roleId", "")), made)
        call("cloudProviderAccess", "delete", "AWS", made["roleId"])
        renamed = call("organization", "rename", org, {"name": "Renamed by npm"})
        checks.equal("it renames the organization", renamed.get("name"), "Renamed by npm")
        wrapped = call("project", "getAll", {"envelope": True, "pretty": True, "itemsPerPage": 1})
        checks.equal("envelopes and pages are kept", (wrapped.get("status"), len(wrapped["results"])), (200, 1))


def enable(checks, server):
    """Enables AWS with the key of dev.json."""
    answer = requests.patch(server.settings_url(), json=server.aws["payload"], timeout=30,
                            headers={"Authorization": "Bearer " + server.token()})
    checks.that("a customer key is enabled", answer.ok and answer.json()["awsKms"]["valid"], answer.text)


def read(server, path, date):
    headers = {"Authorization": "Bearer " + server.token(), "Accept": f"application/vnd.atlas.{date}+json"}
    return requests.get(server.atlas(path), headers=headers, timeout=30).json()


def groups(server):
    return read(server, "/groups", "2023-01-01")["results"]


if __name__ == "__main__":
    with Checks("node_clients", seconds=600) as all_checks, tempfile.TemporaryDirectory(prefix="atrest-node-") as home:
        try:
            install()
        except NotRun as reason:
            all_checks.not_run(reason)
        else:
            with DevServer() as running:
                by_mcp(all_checks, running, home)
                by_api_client(all_checks, running, home)
