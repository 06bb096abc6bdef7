"""Cloud provider access from nothing: setup, the customer's own IAM with the cloud's own SDK, authorize, enable by role, delete
refused while in use, disable, delete. What is pasted comes from the setup kit; before each change the dry run tells what stands
against it, fault by fault. Knows only what a user can know."""
import json

import requests

from customer.aws import AwsCustomer
from customer.azure import AzureCustomer
from customer.google import GoogleCustomer
from dev_server import DevServer
from tally import Checks

ROLE = "pasted"


class Access:
    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.session = requests.Session()
        self.session.headers.update(
            {"Authorization": f"Bearer {server.token()}", "Accept": "application/vnd.atlas.2023-01-01+json"})
        self.roles = server.atlas(f"/groups/{server.project}/cloudProviderAccess")
        self.ours = f"{server.base}/api/atrest/v1/groups/{server.project}/encryptionAtRest"

    # ---- calls ----

    def call(self, method, url, body=None, **query):
        headers = {"Accept": "application/json"} if "/api/atrest/" in url else {}
        return self.session.request(method, url, json=body, params=query, headers=headers, timeout=60)

    def good(self, what, method, url, body=None, status=200, **query):
        answer = self.call(method, url, body, **query)
        self.checks.that(f"{what}: {answer.status_code}", answer.status_code == status, answer.text)
        return answer.json() if answer.content else None

    def refused(self, what, code, method, url, body=None, status=400):
        answer = self.call(method, url, body)
        self.checks.equal(what, (answer.status_code, answer.json().get("errorCode")), (status, code))
        return answer.json()

    def patch(self, what, body):
        return self.good(what, "PATCH", self.server.settings_url(), body)

    def kit(self, cloud, **query):
        kit = self.good(f"the setup kit of {cloud}", "GET", f"{self.ours}/setupKit/{cloud}", **query)

        def document(title):
            [found] = [step for step in kit["steps"] if title in step["title"]]
            return json.loads(found["content"])

        return kit, document

    def dry(self, body):
        """What came of each item of one provider's dry run."""
        settings, events = self.settings(), self.events()
        answer = self.call("POST", f"{self.ours}:check", body)
        answer.raise_for_status()
        [report] = answer.json()["providers"]
        self.checks.that("the dry run saved nothing", (self.settings(), self.events()) == (settings, events))
        return {item["check"]: (item["status"], item["code"]) for item in report["items"]}, report["passed"]

    def dry_fails(self, fault, check, code, body):
        items, passed = self.dry(body)
        self.checks.that(f"dry run, {fault}: {check} {code}", not passed and items.get(check) == ("FAILED", code), items)

    def dry_passes(self, body):
        items, passed = self.dry(body)
        self.checks.that("dry run: passed", passed and items["ROUND_TRIP"][0] == "PASSED", items)

    def settings(self):
        answer = self.session.get(self.server.settings_url(), timeout=60)
        answer.raise_for_status()
        return answer.json()

    def events(self):
        answer = self.session.get(self.server.atlas(f"/groups/{self.server.project}/events?itemsPerPage=500"), timeout=30)
        answer.raise_for_status()
        return [event["eventTypeName"] for event in answer.json()["results"]]

    def down(self, name, field, role):
        """The way back: deletion is refused while the role is used, and works after."""
        used = self.good("the role says what uses it", "GET", f"{self.roles}/{role}")
        self.checks.equal("which is ENCRYPTION_AT_REST", [use["featureType"] for use in used["featureUsages"]], ["ENCRYPTION_AT_REST"])
        gone = f"{self.roles}/{name}/{role}"
        self.refused("it is not deleted while in use", "CANNOT_DELETE_CLOUD_PROVIDER_ACCESS_ROLE_IN_USE", "DELETE", gone)
        self.patch("disable", {field: {"enabled": False}})
        self.good("delete", "DELETE", gone, status=204)
        self.refused("and it is gone", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND", "GET", f"{self.roles}/{role}", status=404)

    # ---- the three clouds ----

    def aws(self):
        self.checks.section("AWS")
        server, customer = self.server, AwsCustomer(self.server)
        made = self.good("setup", "POST", self.roles, {"providerName": "AWS"})
        role = made["roleId"]
        self.checks.that("it tells the account and the external id", made["atlasAWSAccountArn"] and made["atlasAssumedRoleExternalId"])
        key = server.aws["payload"]["awsKms"]["customerMasterKeyID"]
        _, document = self.kit("AWS", roleId=role, keyId=key)
        body = dict(document("Enable"))
        body["awsKms"]["region"] = server.aws["payload"]["awsKms"]["region"]
        self.refused("not before it is authorized", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED", "PATCH", server.settings_url(), body)
        self.dry_fails("a role that is not authorized", "IDENTITY", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED", body)

        trust, iam = document("Trust policy"), customer.iam
        loose = json.loads(json.dumps(trust))
        del loose["Statement"][0]["Condition"]
        arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(loose))["Role"]["Arn"]
        tell, url = {"providerName": "AWS", "iamAssumedRoleArn": arn}, f"{self.roles}/{role}"
        self.refused("a role that lets anybody in", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE", "PATCH", url, tell)
        iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=json.dumps(trust))
        self.refused("a role that is not there", "CANNOT_ASSUME_ROLE", "PATCH", url, tell | {"iamAssumedRoleArn": arn + "-x"})
        self.good("authorize", "PATCH", url, tell)
        self.good("and again", "PATCH", url, tell)
        self.dry_fails("a role without leave", "PERMISSION_ENCRYPT", "NO_PERMISSION_TO_ENCRYPT_DECRYPT", body)
        iam.put_role_policy(RoleName=ROLE, PolicyName="use", PolicyDocument=json.dumps(document("Permission policy")))
        customer.disable()
        self.dry_fails("a disabled key", "KEY_STATE", "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED", body)
        customer.enable()
        customer.delete()
        self.dry_fails("a key to be deleted", "KEY_STATE", "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_DELETION", body)
        customer.recover()
        server.console("POST", "faults", json={"provider": "aws", "operation": "Encrypt", "kind": "reset", "times": 20})
        self.dry_fails("a network that is down", "NETWORK_PATH", "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED", body)
        server.console("DELETE", "faults")
        self.dry_passes(body)
        answer = self.patch("enable by the ARN", {"awsKms": body["awsKms"] | {"roleId": arn}})
        self.checks.equal("the id is what is shown", (answer["awsKms"]["roleId"], answer["awsKms"]["valid"]), (role, True))
        self.down("AWS", "awsKms", role)

    def azure(self):
        self.checks.section("Azure")
        server, customer = self.server, AzureCustomer(self.server)
        # Dev mode's own entry tells the tenant and the principal, which az ad sp show would.
        [known] = self.good("list", "GET", self.roles)["azureServicePrincipals"]
        body = {name: known[name] for name in ("providerName", "atlasAzureAppId", "servicePrincipalId", "tenantId")}
        made = self.good("setup", "POST", self.roles, body)
        role, url = made["_id"], f"{self.roles}/{made['_id']}"
        wrong = body | {"servicePrincipalId": known["tenantId"]}
        invalid = "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_INVALID"
        self.refused("another principal", invalid, "PATCH", url, wrong)
        self.refused("another application", "INVALID_ATTRIBUTE", "PATCH", url, body | {"atlasAzureAppId": known["tenantId"]})
        self.good("authorize", "PATCH", url, body)
        enable = {"azureKeyVault": dict(server.azure["rolePayload"]["azureKeyVault"], roleId=role)}
        customer.disable()
        self.dry_fails("a disabled key", "KEY_STATE", "AZURE_KEY_VAULT_KEY_NOT_ENABLED", enable)
        customer.enable()
        static = {"azureKeyVault": dict(server.azure["payload"]["azureKeyVault"])}
        static["azureKeyVault"]["secret"] = "wrong~8Q~client.secret_of-nobody0123456789"
        self.dry_fails("a wrong secret", "IDENTITY", "INVALID_AZURE_CREDENTIALS", static)
        self.dry_passes(enable)
        self.patch("enable", enable)
        self.down("AZURE", "azureKeyVault", role)

    def google(self):
        self.checks.section("Google")
        server, customer = self.server, GoogleCustomer(self.server)
        made = self.good("setup", "POST", self.roles, {"providerName": "GCP"})
        role, account = made["roleId"], made["gcpServiceAccountForAtlas"]
        self.checks.equal("the service account is there", made["status"], "COMPLETE")
        version = server.gcp["payload"]["googleCloudKms"]["keyVersionResourceID"]
        kit, document = self.kit("GCP", roleId=role, keyId=version)
        self.checks.equal("nothing is left to be filled in", kit["placeholders"], [])
        self.good("authorize", "PATCH", f"{self.roles}/{role}", document("Authorize"))
        enable = document("Enable")
        self.dry_fails("an account without leave", "PERMISSION_ENCRYPT", "NO_PERMISSION_TO_ENCRYPT_DECRYPT", enable)
        key = version.split("/cryptoKeyVersions/")[0]
        policy = customer.kms.get_iam_policy(request=dict(resource=key))
        bindings = [dict(role=held.role, members=list(held.members)) for held in policy.bindings]
        for granted in ("roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"):
            bindings.append(dict(role=granted, members=[f"serviceAccount:{account}"]))
        customer.kms.set_iam_policy(request=dict(resource=key, policy=dict(bindings=bindings)))
        customer.disable()
        self.dry_fails("a disabled version", "KEY_STATE", "GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED", enable)
        customer.enable()
        self.dry_passes(enable)
        self.patch("enable", enable)
        self.down("GCP", "googleCloudKms", role)

    def told(self):
        self.checks.section("events")
        events = self.events()
        for what in ("AWS_IAM_ROLE", "AZURE_SERVICE_PRINCIPAL", "GCP_SERVICE_ACCOUNT"):
            for act in ("ADDED", "UPDATED", "DELETED"):
                name = f"CLOUD_PROVIDER_ACCESS_{what}_{act}"
                self.checks.that(name, name in events, events)


if __name__ == "__main__":
    with Checks("provider_access", 300) as checks, DevServer() as server:
        access = Access(checks, server)
        access.aws()
        access.azure()
        access.google()
        access.told()
