"""mongodbatlas_project. Knows what its calls are and nothing else."""
from .calls import Failed
from .resource import Gone, Resource, wait

V = "2023-01-01"
SETTINGS = ("isCollectDatabaseSpecificsStatisticsEnabled", "isDataExplorerEnabled", "isExtendedStorageSizesEnabled",
            "isPerformanceAdvisorEnabled", "isRealtimePerformancePanelEnabled", "isSchemaAdvisorEnabled")


class Project(Resource):
    name = "project"

    @property
    def path(self):
        return f"/groups/{self.id}"

    def create(self):
        group = self.call("create", "POST", "/groups", V, {"name": self.config["name"], "orgId": self.config["org_id"],
                                                          "withDefaultAlertsSettings": True, "tags": []})
        self.id = group["id"]
        self.settings("create")
        self.call("create", "GET", self.path, V)
        slow = "enable" if self.config["is_slow_operation_thresholding_enabled"] else "disable"
        self.call("create", {"enable": "POST", "disable": "DELETE"}[slow], f"{self.path}/managedSlowMs/{slow}", V)
        return self.read("create")

    def settings(self, doing):
        present = self.call(doing, "GET", f"{self.path}/settings", V)
        if missing := [name for name in SETTINGS if not isinstance(present.get(name), bool)]:
            raise AssertionError(f"the provider panics without {missing}")
        wanted = present | {name: self.config[name] for name in SETTINGS if name in self.config}
        self.call(doing, "PATCH", f"{self.path}/settings", V, wanted)

    def read(self, doing="read"):
        try:
            group = self.call(doing, "GET", self.path, V)
        except Failed as failed:
            if failed.status == 404 or failed.code == "GROUP_NOT_FOUND":
                raise Gone from failed
            raise
        teams = self.call(doing, "GET", f"{self.path}/teams", V, query={"includeCount": "true", "itemsPerPage": 100, "pageNum": 1})
        limits = self.call(doing, "GET", f"{self.path}/limits", V)
        settings = self.call(doing, "GET", f"{self.path}/settings", V)
        addresses = self.call(doing, "GET", f"{self.path}/ipAddresses", V)
        slow = self.call(doing, "GET", f"{self.path}/managedSlowMs", V)
        if not isinstance(limits, list) or not isinstance(slow, bool) or "services" not in addresses:
            raise AssertionError(f"limits {limits}, managedSlowMs {slow}, ipAddresses {addresses}")
        if not {"created", "clusterCount"} <= group.keys() or "results" not in teams:
            raise AssertionError(f"group {group}, teams {teams}")
        return {"name": group["name"], "org_id": group["orgId"], "is_slow_operation_thresholding_enabled": slow,
                **{name: settings[name] for name in SETTINGS}}

    def update(self):
        self.call("update", "PATCH", self.path, V, {"name": self.config["name"]})
        self.settings("update")
        return self.read("update")

    def destroy(self):
        def clusters():
            page = self.call("delete", "GET", f"{self.path}/clusters", "2024-08-05",
                             query={"includeCount": "true", "itemsPerPage": 100, "pageNum": 1})
            states = [cluster["stateName"] for cluster in page["results"]]
            return ("IDLE" if page["totalCount"] == 0 else "DELETING" if "DELETING" in states else "PRESENT"), page

        wait(clusters, {"DELETING"}, {"IDLE"})
        if self.call("delete", "DELETE", self.path, V) not in ({}, None):
            raise AssertionError("DELETE of a project answers with an empty object")
