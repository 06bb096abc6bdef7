"""mongodbatlas_advanced_cluster. Knows what its calls are and nothing else."""
from .calls import Failed
from .resource import Gone, Resource, wait

READ, WRITE, DELETE, OLD_ARGS = "2024-08-05", "2024-10-23", "2023-02-01", "2023-01-01"
PENDING = {"CREATING", "UPDATING", "REPAIRING", "REPEATING", "PENDING", "DELETING"}
IN_CONTAINER = {"AWS": "regionName", "AZURE": "region", "GCP": None}


class AdvancedCluster(Resource):
    name = "advanced_cluster"

    @property
    def clusters(self):
        return f"/groups/{self.config['project_id']}/clusters"

    @property
    def path(self):
        return f"{self.clusters}/{self.config['name']}"

    def body(self):
        config = self.config
        return {"name": config["name"], "clusterType": config["cluster_type"], "tags": config["tags"],
                "backupEnabled": config["backup_enabled"], "encryptionAtRestProvider": config["encryption_at_rest_provider"],
                "replicationSpecs": config["replication_specs"],
                "terminationProtectionEnabled": config["termination_protection_enabled"]}

    def create(self):
        self.call("create", "POST", self.clusters, WRITE, self.body())
        self.idle("create")
        if self.config.get("advanced_configuration"):
            self.call("create", "PATCH", f"{self.path}/processArgs", READ, self.config["advanced_configuration"])
        return self.read("create")

    def look(self, doing):
        try:
            found = self.call(doing, "GET", self.path, READ)
        except Failed as failed:
            if failed.status == 503:
                return "PENDING", None
            if failed.status == 404:
                return "DELETED", None
            raise
        return found["stateName"], found

    def idle(self, doing):
        return wait(lambda: self.look(doing), PENDING, {"IDLE"})

    def read(self, doing="read"):
        try:
            cluster = self.call(doing, "GET", self.path, READ)
        except Failed as failed:
            if failed.status == 404 or failed.code == "CLUSTER_NOT_FOUND":
                raise Gone from failed
            raise
        if absent := {"id", "createDate", "mongoDBVersion", "connectionStrings", "stateName"} - cluster.keys():
            raise AssertionError(f"no {absent} in {cluster}")
        self.containers = self.find_containers(doing, cluster["replicationSpecs"])
        arguments = self.call(doing, "GET", f"{self.path}/processArgs", READ)
        self.call(doing, "GET", f"{self.path}/processArgs", OLD_ARGS)
        asked = self.config.get("advanced_configuration") or {}
        state = {"project_id": cluster["groupId"], "name": cluster["name"], "cluster_type": cluster["clusterType"],
                 "tags": cluster["tags"], "backup_enabled": cluster["backupEnabled"],
                 "encryption_at_rest_provider": cluster["encryptionAtRestProvider"],
                 "termination_protection_enabled": cluster["terminationProtectionEnabled"],
                 "replication_specs": [self.spec(spec, asked_for) for spec, asked_for in
                                       zip(cluster["replicationSpecs"], self.config["replication_specs"])]}
        if asked:
            state["advanced_configuration"] = {name: arguments.get(name) for name in asked}
        return state

    def spec(self, spec, asked):
        """What the configuration says of a shard, as the answer has it; what is computed is not compared."""
        if not spec["id"] or not spec["zoneName"]:
            raise AssertionError(f"a shard needs an id and a zone: {spec}")
        regions = [{name: {part: region[name].get(part) for part in value} if isinstance(value, dict) else region[name]
                    for name, value in wanted.items()}
                   for region, wanted in zip(spec["regionConfigs"], asked["regionConfigs"])]
        return {"regionConfigs": regions}

    def find_containers(self, doing, specs):
        """Looks up the network container of every region, as `container_id`; without one the read fails."""
        found, listed = {}, {}
        for region in (region for spec in specs for region in spec["regionConfigs"]):
            provider, name = region["providerName"], region["regionName"]
            if provider not in listed:
                page = self.call(doing, "GET", f"/groups/{self.config['project_id']}/containers", "2023-01-01",
                                 query={"includeCount": "true", "itemsPerPage": 100, "pageNum": 1, "providerName": provider})
                listed[provider] = page["results"]
            field = IN_CONTAINER[provider]
            ids = [one["id"] for one in listed[provider] if field is None or one.get(field) == name]
            if not ids:
                raise AssertionError(f"container id not found for {provider} {name} in {listed[provider]}")
            found[f"{provider}:{name}"] = ids[0]
        return found

    def update(self):
        body = {name: value for name, value in self.body().items() if name not in ("name", "clusterType")}
        self.call("update", "PATCH", self.path, WRITE, body)
        self.idle("update")
        if self.config.get("advanced_configuration"):
            self.call("update", "PATCH", f"{self.path}/processArgs", READ, self.config["advanced_configuration"])
            self.idle("update")
        return self.read("update")

    def pause(self, paused):
        """Pausing and resuming go alone."""
        self.call("update", "PATCH", self.path, WRITE, {"paused": paused})
        return self.idle("update")["paused"]

    def destroy(self):
        self.call("delete", "DELETE", self.path, DELETE, query={"retainBackups": "false"})
        wait(lambda: self.look("delete"), PENDING | {"IDLE"}, {"DELETED"})
