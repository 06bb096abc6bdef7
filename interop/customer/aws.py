"""The customer at AWS, with boto3: what he can do to his key, and what must come of it. Knows only what a user can know."""
import json

from customer.fault import Fault

NOBODY = "00000000-0000-4000-8000-000000000000"


class AwsCustomer:
    field, provider, cloud = "awsKms", "AWS", "aws"
    # What this provider has no such thing as.
    cannot = {"expire": "the material that AWS makes for a key does not expire"}

    def __init__(self, server):
        self.kms, self.iam = server.boto3("kms"), server.boto3("iam")
        self.key, self.payload = server.aws["keyId"], server.aws["payload"][self.field]
        self.user = next(
            user["UserName"] for user in self.iam.list_users()["Users"]
            for held in self.iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
            if held["AccessKeyId"] == self.payload["accessKeyID"])

    def another_key(self):
        return {"customerMasterKeyID": NOBODY}

    def faults(self):
        return [
            Fault("the key is disabled", self.disable, self.enable, "KEY_DISABLED", "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED"),
            Fault("the key's deletion is scheduled", self.delete, self.recover, "KEY_PENDING_DELETION",
                  "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_DELETION"),
            Fault("the user's policy is taken away", self.take_permission, self.give_permission, "ACCESS_DENIED",
                  "NO_PERMISSION_TO_ENCRYPT_DECRYPT"),
            Fault("the access key is made inactive", lambda: self.set_access_key("Inactive"),
                  lambda: self.set_access_key("Active"), "CREDENTIAL_REJECTED", "INVALID_AWS_CREDENTIALS"),
        ]

    def disable(self):
        self.kms.disable_key(KeyId=self.key)

    def enable(self):
        self.kms.enable_key(KeyId=self.key)

    def delete(self):
        self.kms.schedule_key_deletion(KeyId=self.key, PendingWindowInDays=7)

    def recover(self):
        self.kms.cancel_key_deletion(KeyId=self.key)
        self.enable()

    def take_permission(self):
        [self.policy] = self.iam.list_user_policies(UserName=self.user)["PolicyNames"]
        self.document = self.iam.get_user_policy(UserName=self.user, PolicyName=self.policy)["PolicyDocument"]
        self.iam.delete_user_policy(UserName=self.user, PolicyName=self.policy)

    def give_permission(self):
        self.iam.put_user_policy(UserName=self.user, PolicyName=self.policy, PolicyDocument=json.dumps(self.document))

    def set_access_key(self, status):
        self.iam.update_access_key(UserName=self.user, AccessKeyId=self.payload["accessKeyID"], Status=status)

    def rotate(self):
        """New material under the same id: nothing to tell Atrest."""
        self.kms.rotate_key_on_demand(KeyId=self.key)
