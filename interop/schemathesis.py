"""schemathesis over our own OpenAPI document: what the document promises, a running server keeps. Zero failures."""
import json
import pathlib
import subprocess
import sys
import tempfile

import requests

from dev_server import DevServer
from tally import Checks

SECONDS = 60
SEED = 20250312

# Real ids, or every answer would be 404. A body may be right in form and still name a key that does not exist, a cluster
# that makes no sense, or a region of another cloud (400). What is deleted is there to be deleted.
CONFIGURATION = """
[parameters]
groupId = "{project}"
orgId = "{org}"
eventId = "{event}"
clusterName = "cluster0"
{kept}

[[operations]]
include-operation-id = "updateEncryptionAtRest"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406", "409", "415", "429"]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx"]

[[operations]]
include-operation-id = ["createGroup", "createCluster", "updateCluster", "createNode", "enrolNode", "createGrant", "createSnapshot",
                        "createExternalCertificateAuthority", "createNodeIdentity", "createRestPrivateEndpoint"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406", "409", "415", "429"]

# Which fields go with which depends on the type, the cloud, or on which of two is there.
[[operations]]
include-operation-id = ["createAlertConfig", "updateAlertConfig", "acknowledgeAlert", "createCloudProviderAccess",
                        "authorizeProviderAccessRole", "checkEncryptionAtRest", "createAccessListEntry", "createOrgAccessEntry",
                        "createAccessList", "createOrgAccessList"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406", "409", "415", "429"]

# What the organization's settings allow, what somebody holds already, whether a cluster has search nodes: nobody is to be left
# without a role, and a secret lasts no longer than it may.
[[operations]]
include-operation-id = ["createOrgServiceAccount", "createGroupServiceAccount", "createOrgSecret", "createGroupSecret",
                        "updateApiKeyRoles", "updateOrgApiKey", "addGroupApiKey", "updateOrgServiceAccount", "updateGroupServiceAccount",
                        "createOrgUser", "updateOrgUser", "removeOrgRole", "removeGroupUserRole", "createOrgTeam",
                        "createClusterSearchDeployment", "updateClusterSearchDeployment",
                        "deleteClusterSearchDeployment"]
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "406", "409", "415", "429"]

[[operations]]
include-operation-id = "deleteGroup"
parameters = {{ groupId = "{expendable}" }}

[[operations]]
include-operation-id = "deleteCluster"
parameters = {{ clusterName = "expendable" }}

[[operations]]
include-method = "DELETE"
parameters = {{ {expendables} }}
"""

CLUSTER = {
    "clusterType": "REPLICASET",
    "replicationSpecs": [{"regionConfigs": [{
        "providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
        "electableSpecs": {"instanceSize": "M10", "nodeCount": 3},
    }]}],
}


def make(server, headers, path, body):
    """Creates something through the API."""
    headers = headers | {"Accept": "application/vnd.atlas.2024-10-23+json"}
    answer = requests.post(server.atlas(path), json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()


def others(server, headers, org, name):
    """What else has an id: people and programs of the organization and what the project's people are told."""
    address = f"{name}@example.com"
    headers = headers | {"Accept": "application/vnd.atlas.2025-02-19+json"}

    def new(path, body):
        answer = requests.post(server.atlas(path), json=body, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    told = [{"typeName": "EMAIL", "emailAddress": address, "delayMin": 0, "intervalMin": 60}]
    account = {"name": name, "description": name, "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": 24}
    return {
        "userId": new(f"/orgs/{org}/users", {"username": address, "roles": {"orgRoles": ["ORG_MEMBER"]}})["id"],
        "teamId": new(f"/orgs/{org}/teams", {"name": name, "usernames": [address]})["id"],
        "apiUserId": new(f"/groups/{server.project}/apiKeys", {"desc": name, "roles": ["GROUP_READ_ONLY"]})["id"],
        "clientId": new(f"/orgs/{org}/serviceAccounts", account)["clientId"],
        "alertConfigId": new(f"/groups/{server.project}/alertConfigs", {
            "eventTypeName": "CLUSTER_DELETED", "enabled": True, "notifications": told})["id"],
    }


def settings(ids, between):
    return between.join(f'{name} = "{value}"' for name, value in ids.items())


def newest_event(server, headers):
    """Makes something happen, so that there is an event to ask for."""
    headers = headers | {"Accept": "application/vnd.atlas.2023-01-01+json"}
    requests.patch(server.settings_url(), json=server.aws["payload"], headers=headers, timeout=30).raise_for_status()
    answer = requests.get(server.atlas(f"/groups/{server.project}/events"), headers=headers, timeout=10)
    return answer.json()["results"][0]["id"]


with Checks("schemathesis", SECONDS + 300) as checks, DevServer() as server:
    document = server.base + "/api/atrest/v1/openapi.json"
    headers = {"Authorization": f"Bearer {server.token()}"}
    described = requests.get(document, headers=headers, timeout=10).json()
    operations = [
        (method, path) for path, item in described["paths"].items() for method in item
        if method in ("get", "put", "post", "delete", "patch")
    ]
    checks.that(f"the document describes {len(operations)} operations", len(operations) > 5, operations)
    with tempfile.TemporaryDirectory(prefix="schemathesis-") as folder:
        configuration, report = pathlib.Path(folder) / "schemathesis.toml", pathlib.Path(folder) / "report.json"
        # From a file: schemathesis leaves out the operation that it loads a document from.
        copy = pathlib.Path(folder) / "openapi.json"
        copy.write_text(json.dumps(described))
        for name in ("cluster0", "expendable"):
            make(server, headers, f"/groups/{server.project}/clusters", CLUSTER | {"name": name})
        org = server.dev["api"]["orgId"]
        expendable = make(server, headers, "/groups", {"name": "expendable", "orgId": org})["id"]
        configuration.write_text(CONFIGURATION.format(
            project=server.project, org=org, event=newest_event(server, headers), expendable=expendable,
            kept=settings(others(server, headers, org, "kept"), "\n"),
            expendables=settings(others(server, headers, org, "gone"), ", "),
        ))
        run = subprocess.run(
            [
                str(pathlib.Path(sys.executable).parent / "schemathesis"), "--config-file", str(configuration),
                "run", str(copy), "--url", server.base, "--header", f"Authorization: {headers['Authorization']}",
                "--seed", str(SEED), "--max-time", str(SECONDS), "--request-timeout", "30", "--checks", "all",
                "--generation-database", "none", "--report", "json", "--report-json-path", str(report), "--no-color",
            ],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        print("\n".join(line[:600] for line in run.stdout.splitlines()[-1200:]), flush=True)
        counted = json.loads(report.read_text()) if report.exists() else {}
    cases, tested = counted.get("test_cases", {}), counted.get("operations", {})
    checks.equal(f"{cases.get('generated')} requests, nothing found", (run.returncode, cases.get("with_failures")), (0, 0))
    checks.equal("every operation was tried", tested.get("tested"), len(operations))
