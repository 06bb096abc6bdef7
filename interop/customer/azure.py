"""The customer at Azure, with azure-keyvault-keys and azure-mgmt-keyvault: what he can do to his key and to the vault, and
what must come of it. Knows only what a user can know."""
import base64
import json
import logging
from datetime import datetime, timedelta, timezone

from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.mgmt.keyvault import KeyVaultManagementClient

from customer.fault import Fault

VAULT_SCOPE, MANAGEMENT_SCOPE = "https://vault.azure.net/.default", "https://management.azure.com/.default"

logging.getLogger("azure").setLevel(logging.CRITICAL)


class AzureCustomer:
    field, provider, cloud = "azureKeyVault", "AZURE", "azure"
    # What this provider has no such thing as.
    cannot = {}

    def __init__(self, server):
        azure, self.ca = server.azure, server.dev["clouds"]["caFile"]
        self.payload, self.authority = azure["payload"][self.field], azure["authority"]
        customer = azure["customer"]
        who = self.credential(customer["tenantId"], customer["clientId"], customer["clientSecret"])
        # The vault's name is `localhost`, which no resource that a vault names ever ends with.
        self.keys = KeyClient(azure["vaultUrl"], who, verify_challenge_resource=False, connection_verify=self.ca, retry_total=0)
        self.management = KeyVaultManagementClient(
            who, self.payload["subscriptionID"], base_url=azure["management"], credential_scopes=[MANAGEMENT_SCOPE],
            connection_verify=self.ca, retry_total=0)
        *_, self.name, self.version = self.payload["keyIdentifier"].split("/")

    def credential(self, tenant, client, secret):
        return ClientSecretCredential(
            tenant, client, secret, authority=self.authority, disable_instance_discovery=True, connection_verify=self.ca,
            retry_total=0)

    def another_key(self):
        return {"keyIdentifier": self.payload["keyIdentifier"].replace(self.version, "0" * 32)}

    def faults(self):
        update = lambda **to: lambda: self.keys.update_key_properties(self.name, self.version, **to)
        in_days = lambda days: datetime.now(timezone.utc) + timedelta(days=days)
        return [
            Fault("the key is disabled", self.disable, self.enable, "KEY_DISABLED", "AZURE_KEY_VAULT_KEY_NOT_ENABLED"),
            Fault("the key is deleted", self.delete, self.recover, "KEY_NOT_FOUND", "AZURE_KEY_VAULT_KEY_NOT_FOUND"),
            Fault("the access policy is taken away", self.take_permission, self.give_permission, "ACCESS_DENIED",
                  "NO_PERMISSION_TO_ENCRYPT_DECRYPT"),
            Fault("the key expires", update(expires_on=in_days(-1)), update(expires_on=in_days(365)), "KEY_EXPIRED",
                  "AZURE_KEY_VAULT_KEY_EXPIRED"),
            Fault("the key expires tomorrow", update(expires_on=in_days(1)), update(expires_on=in_days(365)), "KEY_EXPIRING",
                  "AZURE_KEY_VAULT_KEY_EXPIRING", spares_the_present_key=True),
            Fault("the key begins next week", update(not_before=in_days(7)), update(not_before=in_days(-7)), "KEY_NOT_YET_VALID",
                  "AZURE_KEY_VAULT_KEY_NOT_ACTIVE"),
        ]

    def disable(self):
        self.keys.update_key_properties(self.name, self.version, enabled=False)

    def enable(self):
        self.keys.update_key_properties(self.name, self.version, enabled=True)

    def delete(self):
        self.keys.begin_delete_key(self.name, _polling_interval=0).wait(10)

    def recover(self):
        self.keys.begin_recover_deleted_key(self.name, _polling_interval=0).wait(10)

    def take_permission(self):
        vault = self.management.vaults.get(self.payload["resourceGroupName"], self.payload["keyVaultName"])
        user = self.user()
        self.policy = next(policy for policy in vault.properties.access_policies if policy.object_id == user)
        self.change_policy("remove")

    def give_permission(self):
        self.change_policy("add")

    def change_policy(self, kind):
        self.management.vaults.update_access_policy(
            self.payload["resourceGroupName"], self.payload["keyVaultName"], kind,
            {"properties": {"accessPolicies": [self.policy]}})

    def user(self):
        """The object id of the application whose secret the settings hold; its own tokens say it."""
        user = self.credential(self.payload["tenantID"], self.payload["clientID"], self.payload["secret"])
        claims = user.get_token(VAULT_SCOPE).token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=="))["oid"]

    def set_public_access(self, access):
        """Closes the vault to the public, or opens it."""
        self.management.vaults.update(
            self.payload["resourceGroupName"], self.payload["keyVaultName"], {"properties": {"publicNetworkAccess": access}})

    def rotate(self):
        """Makes a new version, and gives what to tell Atrest."""
        return {"keyIdentifier": self.keys.rotate_key(self.name).id}
