"""mongodbatlas_encryption_at_rest and mongodbatlas_encryption_at_rest_private_endpoint. Knows what their calls are and
nothing else."""
import time

from .calls import Failed
from .resource import Gone, Resource, wait

V = "2023-01-01"
PROVIDERS = ("awsKms", "azureKeyVault", "googleCloudKms")
TRIED_AGAIN = ("CANNOT_ASSUME_ROLE", "INVALID_AWS_CREDENTIALS", "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED")


class EncryptionAtRest(Resource):
    """Its one block is awsKms, of which it reads everything back but the region's spelling."""

    name = "encryption_at_rest"

    @property
    def path(self):
        return f"/groups/{self.config['project_id']}/encryptionAtRest"

    def block(self):
        return dict(self.config["aws_kms_config"])

    def create(self):
        body = {"enabledForSearchNodes": self.config["enabled_for_search_nodes"], "awsKms": self.block()}
        deadline = time.monotonic() + 180
        while True:
            try:
                return self.of(self.call("create", "PATCH", self.path, V, body))
            except Failed as failed:
                if not any(code in str(failed) for code in TRIED_AGAIN) or time.monotonic() > deadline:
                    raise
                time.sleep(5)

    def read(self):
        try:
            return self.of(self.call("read", "GET", self.path, V))
        except Failed as failed:
            if failed.status == 404:
                raise Gone from failed
            raise

    def of(self, settings):
        if missing := [name for name in PROVIDERS if not isinstance(settings.get(name), dict)]:
            raise AssertionError(f"the provider panics without {missing}")
        aws = settings["awsKms"]
        if not isinstance(aws["valid"], bool):
            raise AssertionError(f"valid must be known: {aws}")
        self.valid = aws["valid"]
        read = {name: aws[name] for name in self.block() if name != "region"} | {"region": self.block()["region"]}
        return {"project_id": self.config["project_id"], "aws_kms_config": read,
                "enabled_for_search_nodes": settings["enabledForSearchNodes"]}

    def update(self):
        """Echoes the whole answer with the changed parts replaced."""
        whole = self.call("update", "GET", self.path, V)
        whole["awsKms"] = whole["awsKms"] | self.block()
        whole["enabledForSearchNodes"] = self.config["enabled_for_search_nodes"]
        return self.of(self.call("update", "PATCH", self.path, V, whole))

    def destroy(self):
        self.call("delete", "GET", self.path, V)
        off = self.call("delete", "PATCH", self.path, V, {name: {"enabled": False} for name in PROVIDERS})
        if any(off[name]["enabled"] or off[name]["valid"] for name in PROVIDERS):
            raise AssertionError(f"not off: {off}")


class PrivateEndpoint(Resource):
    name = "encryption_at_rest_private_endpoint"

    @property
    def path(self):
        return f"/groups/{self.config['project_id']}/encryptionAtRest/{self.config['cloud_provider']}/privateEndpoints"

    def create(self):
        body = {"cloudProvider": self.config["cloud_provider"], "regionName": self.config["region_name"]}
        self.id = self.call("create", "POST", self.path, V, body)["id"]
        found = wait(lambda: self.look("create"), {"INITIATING"}, {"PENDING_ACCEPTANCE", "ACTIVE", "FAILED"})
        if found["status"] == "FAILED":
            raise AssertionError(found["errorMessage"])
        return self.of(found)

    def look(self, doing):
        found = self.call(doing, "GET", f"{self.path}/{self.id}", V)
        return found["status"], found

    def of(self, found):
        if found["errorMessage"]:
            raise AssertionError(f"a warning: {found['errorMessage']}")
        return {"project_id": self.config["project_id"], "cloud_provider": found["cloudProvider"],
                "region_name": found["regionName"]}

    def read(self):
        try:
            return self.of(self.call("read", "GET", f"{self.path}/{self.id}", V))
        except Failed as failed:
            if failed.status == 404:
                raise Gone from failed
            raise

    def destroy(self):
        self.call("delete", "DELETE", f"{self.path}/{self.id}", V)

        def look():
            try:
                return self.look("delete")
            except Failed as failed:
                if failed.status != 404:
                    raise
                return "DELETED", None

        wait(look, {"DELETING"}, {"DELETED", "FAILED"})
