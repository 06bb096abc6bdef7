"""mongodbatlas_cloud_provider_access_setup and _authorization, mongodbatlas_api_key, mongodbatlas_project_api_key and
mongodbatlas_service_account. Knows what their calls are and nothing else."""
import time

from .calls import Failed
from .resource import Gone, Resource

V = "2023-01-01"
TRIES, BETWEEN = 3, 10


class Setup(Resource):
    name = "cloud_provider_access_setup"

    def create(self):
        role = self.call("create", "POST", f"/groups/{self.config['project_id']}/cloudProviderAccess", V, {"providerName": "AWS"})
        self.role_id = role["roleId"]
        return self.read("create")

    def read(self, doing="read"):
        project = self.config["project_id"]
        try:
            role = self.call(doing, "GET", f"/groups/{project}/cloudProviderAccess/{self.role_id}", V)
        except Failed as failed:
            if failed.status == 404:
                raise Gone from failed
            raise
        self.arn, self.external_id = role["atlasAWSAccountArn"], role["atlasAssumedRoleExternalId"]
        self.features = role["featureUsages"]
        return {"project_id": project, "provider_name": role["providerName"]}

    def destroy(self):
        self.call("delete", "DELETE", f"/groups/{self.config['project_id']}/cloudProviderAccess/AWS/{self.role_id}", V)


class Authorization(Resource):
    name = "cloud_provider_access_authorization"

    def create(self):
        path = f"/groups/{self.config['project_id']}/cloudProviderAccess/{self.config['role_id']}"
        self.call("create", "GET", path, V)
        body = {"providerName": "AWS", "iamAssumedRoleArn": self.config["iam_assumed_role_arn"]}
        for left in reversed(range(TRIES)):
            try:
                self.call("create", "PATCH", path, V, body)
                break
            except Failed as failed:
                if "CANNOT_ASSUME_ROLE" not in str(failed) or left == 0:
                    raise
                time.sleep(BETWEEN)
        return self.read("create")

    def read(self, doing="read"):
        path = f"/groups/{self.config['project_id']}/cloudProviderAccess/{self.config['role_id']}"
        role = self.call(doing, "GET", path, V)
        if role["authorizedDate"] is None:
            raise Gone
        return {"project_id": self.config["project_id"], "role_id": role["roleId"],
                "iam_assumed_role_arn": role["iamAssumedRoleArn"]}

    def destroy(self):
        """It makes no call."""


class ApiKey(Resource):
    name = "api_key"

    def create(self):
        org = self.config["org_id"]
        body = {"desc": self.config["description"], "roles": self.config["role_names"]}
        made = self.call("create", "POST", f"/orgs/{org}/apiKeys", V, body)
        self.id, self.private_key = made["id"], made["privateKey"]
        return self.read("create")

    def read(self, doing="read"):
        org = self.config["org_id"]
        try:
            key = self.call(doing, "GET", f"/orgs/{org}/apiKeys/{self.id}", V)
        except Failed as failed:
            if failed.status in (400, 404):
                raise Gone from failed
            raise
        roles = sorted(role["roleName"] for role in key["roles"] if role.get("orgId") == org)
        return {"org_id": org, "description": key["desc"], "role_names": roles}

    def update(self):
        path = f"/orgs/{self.config['org_id']}/apiKeys/{self.id}"
        self.call("update", "PATCH", path, V, {"desc": self.config["description"], "roles": self.config["role_names"]})
        return self.read("update")

    def destroy(self):
        self.call("delete", "DELETE", f"/orgs/{self.config['org_id']}/apiKeys/{self.id}", V)


class ProjectApiKey(Resource):
    name = "project_api_key"

    def create(self):
        project = self.config["project_id"]
        body = {"desc": self.config["description"], "roles": self.config["role_names"]}
        self.id = self.call("create", "POST", f"/groups/{project}/apiKeys", V, body)["id"]
        return self.read("create")

    def org(self, doing):
        return self.call(doing, "GET", "/orgs", V)["results"][0]["id"]

    def read(self, doing="read"):
        project = self.config["project_id"]
        try:
            key = self.call(doing, "GET", f"/orgs/{self.org(doing)}/apiKeys/{self.id}", V)
        except Failed as failed:
            if failed.code == "API_KEY_NOT_FOUND":
                raise Gone from failed
            raise
        roles = sorted(role["roleName"] for role in key["roles"] if role.get("groupId") == project)
        return {"project_id": project, "description": key["desc"], "role_names": roles}

    def destroy(self):
        self.call("delete", "DELETE", f"/orgs/{self.org('delete')}/apiKeys/{self.id}", V)


class ServiceAccount(Resource):
    """An untyped resource: it says its type on every call, with a body or without."""

    name = "service_account"
    version = "2024-08-05"

    def account(self, doing, method, tail="", body=None):
        return self.call(doing, method, f"/orgs/{self.config['org_id']}/serviceAccounts{tail}", self.version, body, untyped=True)

    def create(self):
        wanted = {"name": self.config["name"], "description": self.config["description"], "roles": self.config["roles"],
                  "secretExpiresAfterHours": 24}
        made = self.account("create", "POST", body=wanted)
        self.id, self.secret = made["clientId"], made["secrets"][0]["secret"]
        return self.of(made)

    def of(self, account):
        return {"org_id": self.config["org_id"], "name": account["name"], "description": account["description"],
                "roles": sorted(account["roles"])}

    def read(self):
        found = self.account("read", "GET", f"/{self.id}")
        if not found:
            raise Gone
        if any(secret.get("secret") for secret in found["secrets"]):
            raise AssertionError("a secret is shown once only")
        return self.of(found)

    def update(self):
        return self.of(self.account("update", "PATCH", f"/{self.id}", {
            "name": self.config["name"], "description": self.config["description"], "roles": self.config["roles"]}))

    def destroy(self):
        self.account("delete", "DELETE", f"/{self.id}")
