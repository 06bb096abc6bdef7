"""mongodbatlas_alert_configuration. Knows what its calls are and nothing else."""
from .calls import Failed
from .resource import Gone, Resource

V = "2023-01-01"
NOT_SENT_BACK = ("groupId", "created", "updated", "links")


class AlertConfiguration(Resource):
    name = "alert_configuration"

    @property
    def list(self):
        return f"/groups/{self.config['project_id']}/alertConfigs"

    def body(self):
        return {"eventTypeName": self.config["event_type"], "enabled": self.config["enabled"], "matchers": [],
                "notifications": self.config["notification"], "threshold": self.config["threshold_config"]}

    def create(self):
        self.id = self.call("create", "POST", self.list, V, self.body())["id"]
        return self.read("create")

    def read(self, doing="read"):
        try:
            found = self.call(doing, "GET", f"{self.list}/{self.id}", V)
        except Failed as failed:
            if failed.status == 404:
                raise Gone from failed
            raise
        notifications = [{name: told.get(name) for name in asked}
                         for told, asked in zip(found["notifications"], self.config["notification"])]
        return {"project_id": found["groupId"], "event_type": found["eventTypeName"], "enabled": found["enabled"],
                "notification": notifications,
                "threshold_config": {name: found["threshold"].get(name) for name in self.config["threshold_config"]}}

    def update(self):
        whole = self.call("update", "GET", f"{self.list}/{self.id}", V)
        whole = {name: value for name, value in whole.items() if name not in NOT_SENT_BACK} | self.body()
        self.call("update", "PUT", f"{self.list}/{self.id}", V, whole)
        return self.read("update")

    def destroy(self):
        self.call("delete", "DELETE", f"{self.list}/{self.id}", V)
