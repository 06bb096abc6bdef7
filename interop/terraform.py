"""A Terraform configuration with everything this feature needs, applied, planned again, changed and destroyed in one go: the
calls are the provider's, the cloud is the simulated AWS with boto3 as its own provider. An empty plan is what it must come
to, each time. Knows only what a user can know.
"""
import json

import requests

from dev_server import DevServer
from tally import Checks
from terraform_provider.access import ApiKey, Authorization, ProjectApiKey, ServiceAccount, Setup
from terraform_provider.alerts import AlertConfiguration
from terraform_provider.calls import Calls, Failed
from terraform_provider.cluster import AdvancedCluster
from terraform_provider.encryption import EncryptionAtRest, PrivateEndpoint
from terraform_provider.project import Project
from terraform_provider.resource import Gone


class IamRole:
    """aws_iam_role with its policy, as the module that goes with the provider makes them."""

    def __init__(self, server, setup):
        self.iam, self.name = server.boto3("iam"), "atrest-terraform"
        trust = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": setup.arn}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": setup.external_id}}}]}
        allow = {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], "Resource": "*"}]}
        made = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=json.dumps(trust))
        self.iam.put_role_policy(RoleName=self.name, PolicyName="key", PolicyDocument=json.dumps(allow))
        self.arn = made["Role"]["Arn"]

    def destroy(self):
        self.iam.delete_role_policy(RoleName=self.name, PolicyName="key")
        self.iam.delete_role(RoleName=self.name)


class Configuration:
    """A root module: its resources in the order in which they depend on each other."""

    def __init__(self, checks, server):
        self.checks, self.server, self.calls = checks, server, Calls(server.base, server.key)
        self.resources = []

    def add(self, kind, **config):
        resource = kind(self.calls, **config)
        self.checks.equal(f"apply {kind.name}: what came back is what was asked for", resource.apply(), [])
        self.resources.append(resource)
        return resource

    def apply(self):
        org = self.server.dev["api"]["orgId"]
        self.project = self.add(Project, name="terraform", org_id=org, is_slow_operation_thresholding_enabled=True,
                                isDataExplorerEnabled=False, isSchemaAdvisorEnabled=True)
        project = self.project.id
        self.key = self.add(ApiKey, org_id=org, description="from terraform", role_names=["ORG_READ_ONLY"])
        self.add(ProjectApiKey, project_id=project, description="for the project",
                 role_names=["GROUP_CLUSTER_MANAGER", "GROUP_READ_ONLY"])
        self.account = self.add(ServiceAccount, org_id=org, name="terraform", description="by terraform", roles=["ORG_MEMBER"])
        self.setup = self.add(Setup, project_id=project, provider_name="AWS")
        self.role = IamRole(self.server, self.setup)
        self.add(Authorization, project_id=project, role_id=self.setup.role_id, iam_assumed_role_arn=self.role.arn)
        block = {"enabled": True, "customerMasterKeyID": self.server.aws["payload"]["awsKms"]["customerMasterKeyID"],
                 "region": "US_EAST_1", "roleId": self.setup.role_id, "requirePrivateNetworking": True}
        self.encryption = self.add(EncryptionAtRest, project_id=project, enabled_for_search_nodes=True, aws_kms_config=block)
        self.checks.that("and the key is valid", self.encryption.valid)
        self.endpoint = self.add(PrivateEndpoint, project_id=project, cloud_provider="AWS", region_name="US_EAST_1")
        self.checks.within("the endpoint becomes active", 30, lambda: self.endpoint.look("read")[0], lambda status: status == "ACTIVE")
        region = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
                  "electableSpecs": {"instanceSize": "M30", "nodeCount": 3}}
        self.cluster = self.add(
            AdvancedCluster, project_id=project, name="tf-cluster", cluster_type="REPLICASET", backup_enabled=True,
            encryption_at_rest_provider="AWS", termination_protection_enabled=False, tags=[{"key": "by", "value": "terraform"}],
            replication_specs=[{"regionConfigs": [region]}],
            advanced_configuration={"javascriptEnabled": False, "minimumEnabledTlsProtocol": "TLS1_2", "oplogSizeMB": 2048,
                                    "defaultWriteConcern": "majority", "transactionLifetimeLimitSeconds": 90})
        self.alert = self.add(
            AlertConfiguration, project_id=project, event_type="AWS_ENCRYPTION_KEY_NEEDS_ROTATION", enabled=True,
            notification=[{"typeName": "GROUP", "intervalMin": 60, "delayMin": 0, "emailEnabled": True, "smsEnabled": False,
                           "roles": ["GROUP_OWNER"]}],
            threshold_config={"operator": "GREATER_THAN", "threshold": 60, "units": "DAYS"})

    def plan(self, when):
        for resource in self.resources:
            self.checks.equal(f"plan {when}: {resource.name} has no difference", resource.plan(), [])

    def change(self, resource, **config):
        resource.config = resource.config | config
        self.checks.that(f"{resource.name}: the plan shows the change", resource.plan() != [])
        self.checks.equal(f"{resource.name}: the change comes back as it was asked for", resource.apply(), [])

    def destroy(self):
        for resource in reversed(self.resources):
            if isinstance(resource, Setup):
                self.role.destroy()
            resource.destroy()
            self.checks.that(f"destroy {resource.name}", True)


def walk(checks, server):
    root = Configuration(checks, server)
    checks.section("terraform apply")
    root.apply()
    checks.section("terraform plan: nothing to do")
    root.plan("after the apply")
    usages = [(usage["featureType"], usage["featureId"]["groupId"]) for usage in root.setup.features]
    checks.equal("the role is told to be in use", usages, [("ENCRYPTION_AT_REST", root.project.id)])
    account = requests.post(server.base + "/api/oauth/token", data={"grant_type": "client_credentials"},
                            auth=(root.account.id, root.account.secret), timeout=10)
    checks.equal("the service account signs in", account.status_code, 200)
    checks.equal("the cluster has its container", list(root.cluster.containers), ["AWS:US_EAST_1"])

    checks.section("changes, each applied and planned again")
    root.change(root.project, name="terraform-renamed", isDataExplorerEnabled=True)
    root.change(root.key, description="renamed", role_names=["ORG_MEMBER"])
    root.change(root.account, description="renamed")
    root.change(root.encryption, enabled_for_search_nodes=False)
    checks.that("and the key is valid still", root.encryption.valid)
    root.change(root.cluster, tags=[{"key": "by", "value": "somebody"}],
                advanced_configuration=root.cluster.config["advanced_configuration"] | {"oplogSizeMB": 4096})
    root.change(root.alert, threshold_config={"operator": "GREATER_THAN", "threshold": 30, "units": "DAYS"})
    checks.equal("the cluster is paused, alone", root.cluster.pause(True), True)
    checks.equal("and resumed, alone", root.cluster.pause(False), False)
    root.plan("after the changes")

    checks.section("what Terraform must be told in its own words")
    def refused(what, code, act):
        try:
            act()
            checks.that(f"{what} is refused", False, "it was accepted")
        except Failed as failed:
            checks.that(f"{what}: {code}", code in str(failed), failed)

    refused("a role in use is not deleted", "IN_USE", root.setup.destroy)
    refused("a project with a cluster is not deleted", "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS",
            lambda: root.calls(("project", "delete"), "DELETE", root.project.path, "2023-01-01"))
    refused("a cluster that is not there", "CLUSTER_NOT_FOUND",
            lambda: root.calls(("advanced_cluster", "read"), "GET", f"{root.cluster.clusters}/nothing", "2024-08-05"))
    other = dict(root.encryption.config["aws_kms_config"], roleId="0123456789abcdef01234567")
    refused("a role that is not authorized", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED",
            lambda: root.calls(("encryption_at_rest", "create"), "PATCH", root.encryption.path, "2023-01-01", {"awsKms": other}))

    checks.section("terraform destroy")
    root.destroy()
    try:
        root.project.read()
        checks.that("the project is gone", False)
    except Gone:
        checks.that("the project is gone", True)
    calls = root.calls
    checks.equal("every call was two requests", calls.challenged, len(calls.made))
    print(f"  {len(calls.made)} calls")


if __name__ == "__main__":
    with Checks("terraform", 300) as checks, DevServer() as server:
        walk(checks, server)
