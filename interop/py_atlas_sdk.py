"""pyatlassdk, unmodified, against the Admin API, by Digest and by OAuth: it checks each answer against a newer document than ours,
with types and enumerations, so it finds what a laxer client forgives. Where it cannot be had, nothing is run, and a line says so.
"""
import json

import own_packages
from dev_server import DevServer
from tally import Checks


def run(checks):
    """By both kinds of credentials, each from nothing to nothing."""
    with DevServer() as server:
        api = server.base + "/api/atlas/v2"
        public, private = server.key
        account = server.dev["api"]["serviceAccount"]
        by_digest = {"public_key": public, "private_key": private}
        by_oauth = {
            "client_id": account["clientId"], "client_secret": account["clientSecret"],
            "oauth_token_url": server.base + "/api/oauth/token",
        }
        for way, credentials in (("Digest", by_digest), ("OAuth", by_oauth)):
            checks.section("by " + way)
            with AtlasAdminClient(base_url=api, **credentials) as client:
                Walk(checks, server, client).run()


class Walk:
    """The six operations, and the lists around them, with one client."""

    def __init__(self, checks, server, client):
        self.checks, self.server, self.client = checks, server, client
        self.settings = client.encryption_at_rest_using_customer_key_management
        self.project = server.project

    def run(self):
        self.customer_keys()
        self.private_endpoints()
        self.lists()
        self.update({cloud: {"enabled": False} for cloud in ("awsKms", "azureKeyVault", "googleCloudKms")})
        off = self.settings.get_group_encryption_at_rest(self.project)
        self.checks.that("everything is off again", not off.aws_kms.enabled and off.aws_kms.region is None, off)

    def update(self, body):
        return self.settings.update_group_encryption_at_rest(self.project, EncryptionAtRest.model_validate(body))

    def customer_keys(self):
        checks = self.checks
        before = self.settings.get_group_encryption_at_rest(self.project)
        checks.equal("nothing is enabled", before.aws_kms.enabled, False)
        for cloud, name in (("aws", "aws_kms"), ("azure", "azure_key_vault"), ("gcp", "google_cloud_kms")):
            after = getattr(self.update(getattr(self.server, cloud)["payload"]), name)
            checks.that(f"{name} is enabled and valid", after.enabled and after.valid, after)
        read = self.settings.get_group_encryption_at_rest(self.project)
        echoed = self.settings.update_group_encryption_at_rest(self.project, read)
        checks.equal("what was read, sent back, changes nothing", echoed, read)
        self.refused("a field that is not known", 400, self.raw, "PATCH", {"awsKms": {"enabld": True}})

    def raw(self, method, body):
        path = f"/groups/{self.project}/encryptionAtRest"
        return self.client.request(method, path, json=body, accept="application/vnd.atlas.2023-01-01+json")

    def refused(self, what, status, call, *words):
        try:
            self.checks.that(f"{what} is refused", False, call(*words))
        except AtlasApiError as error:
            code = (error.payload or {}).get("errorCode")
            self.checks.that(f"{what} is refused: {error.status_code} {code}", error.status_code == status and code, error)

    def private_endpoints(self):
        checks, settings, project = self.checks, self.settings, self.project
        self.update({"awsKms": {"requirePrivateNetworking": True}})
        wanted = {"cloudProvider": "AWS", "regionName": "US_EAST_1"}
        made = settings.create_group_encryption_at_rest_private_endpoint("AWS", project, wanted)
        checks.that("an endpoint begins", made.id and str(made.status).endswith("INITIATING"), made)
        listed = settings.list_group_encryption_at_rest_private_endpoints("AWS", project)
        checks.equal("it is listed", len(listed.results), 1)

        def look():
            return str(settings.get_group_encryption_at_rest_private_endpoint("AWS", made.id, project).status)

        checks.within("it becomes active", 60, look, lambda status: status.endswith("ACTIVE"))
        # Its answer has no body, which this client takes for broken JSON.
        try:
            settings.request_group_encryption_at_rest_private_endpoint_deletion("AWS", made.id, project)
        except json.JSONDecodeError:
            pass

        def gone():
            try:
                return look()
            except AtlasApiError as error:
                return error.status_code

        seen = gone()
        checks.that("the next look sees it going", seen == 404 or str(seen).endswith("DELETING"), seen)
        checks.within("and then it is gone", 60, gone, lambda seen: seen == 404)
        self.update({"awsKms": {"requirePrivateNetworking": False}})

    def rotation_alert(self):
        """Finds its id without the client's model, which refuses the list for the types of alerts that are ours alone."""
        path, accept = f"/groups/{self.project}/alertConfigs", "application/vnd.atlas.2023-01-01+json"
        listed = self.client.request("GET", path, accept=accept, response_model=dict)["results"]
        return next(one["id"] for one in listed if one["eventTypeName"] == "AWS_ENCRYPTION_KEY_NEEDS_ROTATION")

    def lists(self):
        checks, client, project = self.checks, self.client, self.project
        org = self.server.dev["api"]["orgId"]
        calls = {
            "organizations": lambda: client.organizations.list_orgs(),
            "projects": lambda: client.projects.list_groups(),
            "projects of an organization": lambda: client.organizations.get_org_groups(org),
            "limits": lambda: client.projects.list_group_limits(project),
            "project settings": lambda: client.projects.get_group_settings(project),
            "roles in the clouds": lambda: client.cloud_provider_access.list_group_cloud_provider_access(project),
            "clusters": lambda: client.clusters.list_group_clusters(self.server.dev["kmip"]["projectId"]),
            "all clusters": lambda: client.clusters.list_cluster_details(),
            "an alert configuration": lambda: client.alert_configurations.get_group_alert_config(self.rotation_alert(), project),
            "alerts": lambda: client.alerts.list_group_alerts(project),
            "events of a project": lambda: client.events.list_group_events(
                project, event_type=["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"]
            ),
            "API keys": lambda: client.programmatic_api_keys.list_org_api_keys(org),
            "service accounts": lambda: client.service_accounts.list_org_service_accounts(org),
        }
        for what, call in calls.items():
            try:
                answer = call()
                count = len(getattr(answer, "results", None) or [])
                checks.that(f"{what}: {count} of them, as the newest document has them", answer is not None, answer)
            except Exception as error:
                checks.that(what, False, error)


with Checks("py_atlas_sdk", 400) as checks:
    try:
        own_packages.put_in_front("pyatlassdk")
    except own_packages.NotRun as reason:
        checks.not_run(reason)
    else:
        from pyatlassdk.admin import AtlasAdminClient, AtlasApiError
        from pyatlassdk.admin.models.encryption_at_rest import EncryptionAtRest

        run(checks)
