"""The customer at Google Cloud, with google-cloud-kms and google-auth: what he can do to his key, and what must come of it.
Knows only what a user can know."""
import json
from urllib.parse import urlsplit

from google.auth.transport.requests import AuthorizedSession
from google.cloud import kms_v1
from google.cloud.kms_v1.services.key_management_service.transports.rest import KeyManagementServiceRestTransport
from google.oauth2 import service_account

from customer.fault import Fault

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
State = kms_v1.CryptoKeyVersion.CryptoKeyVersionState


class GoogleCustomer:
    field, provider, cloud = "googleCloudKms", "GCP", "gcp"
    # What this provider has no such thing as.
    cannot = {"expire": "a key version of Google Cloud KMS has no end; it is destroyed by hand"}

    def __init__(self, server):
        self.payload, self.endpoint = server.gcp["payload"][self.field], server.gcp["endpoint"].rstrip("/")
        key_file = json.loads(server.gcp["customer"]["serviceAccountKey"])
        who = service_account.Credentials.from_service_account_info(key_file, scopes=SCOPES)
        at = urlsplit(self.endpoint)
        self.kms = kms_v1.KeyManagementServiceClient(transport=KeyManagementServiceRestTransport(
            host=at.netloc, url_scheme=at.scheme, credentials=who, always_use_jwt_access=False))
        self.session = AuthorizedSession(who)
        self.version = self.payload["keyVersionResourceID"]
        self.key = self.version.rsplit("/cryptoKeyVersions/", 1)[0]
        self.user = json.loads(self.payload["serviceAccountKey"])["client_email"]

    def another_key(self):
        return {"keyVersionResourceID": f"{self.key}/cryptoKeyVersions/99"}

    def faults(self):
        return [
            Fault("the version is disabled", self.disable, self.enable, "KEY_DISABLED", "GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED"),
            Fault("the version's destruction is scheduled", self.destroy, self.restore, "KEY_PENDING_DELETION",
                  "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROY_SCHEDULED"),
            Fault("the key's IAM policy names the account no more", self.take_permission, self.give_permission, "ACCESS_DENIED",
                  "NO_PERMISSION_TO_ENCRYPT_DECRYPT"),
            Fault("the service account is disabled", lambda: self.act_on_user("disable"), lambda: self.act_on_user("enable"),
                  "CREDENTIAL_REJECTED", "INVALID_GOOGLE_CLOUD_CREDENTIALS"),
        ]

    def disable(self):
        self.set_state(State.DISABLED)

    def enable(self):
        self.set_state(State.ENABLED)

    def set_state(self, state):
        changed = dict(crypto_key_version=dict(name=self.version, state=state), update_mask={"paths": ["state"]})
        self.kms.update_crypto_key_version(request=changed)

    def destroy(self):
        self.kms.destroy_crypto_key_version(name=self.version)

    def restore(self):
        self.kms.restore_crypto_key_version(name=self.version)
        self.enable()

    def take_permission(self):
        self.policy = self.kms.get_iam_policy(request=dict(resource=self.key))
        member = f"serviceAccount:{self.user}"
        left = [dict(role=held.role, members=[one for one in held.members if one != member]) for held in self.policy.bindings]
        self.kms.set_iam_policy(request=dict(resource=self.key, policy=dict(bindings=[held for held in left if held["members"]])))

    def give_permission(self):
        bindings = [dict(role=held.role, members=list(held.members)) for held in self.policy.bindings]
        self.kms.set_iam_policy(request=dict(resource=self.key, policy=dict(bindings=bindings)))

    def act_on_user(self, act):
        answer = self.session.post(f"{self.endpoint}/v1/projects/-/serviceAccounts/{self.user}:{act}", json={}, timeout=10)
        answer.raise_for_status()

    def rotate(self):
        """Makes a new version and encrypts with it from now on; gives what to tell Atrest."""
        made = self.kms.create_crypto_key_version(parent=self.key, crypto_key_version={}).name
        self.kms.update_crypto_key_primary_version(name=self.key, crypto_key_version_id=made.rsplit("/", 1)[1])
        return {"keyVersionResourceID": made}
