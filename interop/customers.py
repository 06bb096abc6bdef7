"""The customers' day: one project with a key in each of the three clouds, and each cloud's own SDK takes the key away and
gives it back. What one customer does shows within seconds, with its reason, and never at the other two."""
import requests

from customer.aws import AwsCustomer
from customer.azure import AzureCustomer
from customer.google import GoogleCustomer
from dev_server import DevServer
from tally import Checks

# As the published pages show an answer.
ANSWER_FIELDS = {
    "awsKms": {"accessKeyID", "customerMasterKeyID", "enabled", "region", "requirePrivateNetworking", "valid"},
    "azureKeyVault": {"azureEnvironment", "clientID", "enabled", "keyIdentifier", "keyVaultName", "requirePrivateNetworking",
                      "resourceGroupName", "subscriptionID", "tenantID", "valid"},
    "googleCloudKms": {"enabled", "keyVersionResourceID", "roleId", "valid"},
}
WRITE_ONLY = ("secretAccessKey", "secret", "serviceAccountKey")
FOLLOWS_WITHIN = 5
STEADY_FOR = 5


class Day:
    def __init__(self, checks, server):
        self.checks, self.server, self.url = checks, server, server.settings_url()
        self.session = requests.Session()
        self.session.headers.update({
            "Authorization": f"Bearer {server.token()}", "Accept": "application/vnd.atlas.2023-01-01+json"})
        self.customers = [AwsCustomer(server), AzureCustomer(server), GoogleCustomer(server)]
        self.fields = [customer.field for customer in self.customers]

    def settings(self):
        answer = self.session.get(self.url, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def patch(self, body):
        return self.session.patch(self.url, json=body, timeout=30)

    def patched(self, what, body):
        answer = self.patch(body)
        self.checks.equal(what, (answer.status_code, code_of(answer)), (200, None))
        return answer.json()

    def refused(self, what, body, status, *codes):
        """A PATCH that must fail so, and change nothing."""
        before = self.settings()
        answer = self.patch(body)
        seen = f"{answer.status_code} {code_of(answer)}"
        self.checks.that(f"{what}: {seen}", answer.status_code == status and code_of(answer) in codes,
                         f"wanted {status} {codes}, saw {answer.status_code} {answer.text}")
        self.checks.equal("and nothing changed", self.settings(), before)

    def valid(self):
        settings = self.settings()
        return {field: settings[field]["valid"] for field in self.fields}

    def standing(self, customer):
        """Our own view of why."""
        path = f"/api/atrest/v1/groups/{self.server.project}/encryptionAtRest/validity"
        answer = self.session.get(self.server.base + path, headers={"Accept": "application/json"}, timeout=30)
        answer.raise_for_status()
        return next(found for found in answer.json()["providers"] if found["provider"] == customer.provider)

    def events(self):
        answer = self.session.get(self.server.atlas(f"/groups/{self.server.project}/events?itemsPerPage=500"), timeout=30)
        answer.raise_for_status()
        return [event["eventTypeName"] for event in answer.json()["results"]]

    def payloads(self, name="payload"):
        """The payloads of all three clouds as one body."""
        clouds = self.server.dev["clouds"]
        return {customer.field: dict(clouds[customer.cloud][name][customer.field]) for customer in self.customers}

    def follows(self, customer, wanted):
        """Waits for a customer's key to be valid or not; nobody else's may move meanwhile."""
        others = set()

        def look():
            valid = self.valid()
            others.update(field for field in self.fields if field != customer.field and not valid[field])
            return valid[customer.field]

        self.checks.within(f"GET says valid: {str(wanted).lower()}", FOLLOWS_WITHIN, look, lambda valid: valid is wanted)
        self.checks.equal("the other two stayed valid", sorted(others), [])

    # ---- the day, in order ----

    def enable_all(self):
        self.checks.section("all three in one PATCH")
        everything = self.payloads() | {"enabledForSearchNodes": True}
        for customer in self.customers:
            broken = {field: dict(part) for field, part in everything.items() if field in self.fields}
            broken[customer.field] |= customer.another_key()
            answer, fault = self.patch(broken), f"a key that is not there, in {customer.field} alone"
            self.checks.that(f"{fault}: {answer.status_code} {code_of(answer)}", answer.status_code in (400, 404), answer.text)
            settings = self.settings()
            self.checks.that("and nothing was enabled", not any(settings[field]["enabled"] for field in self.fields), settings)
        answer = self.patched("the published example's shape, with this customer's keys", everything)
        for field in self.fields:
            got, sent = answer[field], {name: value for name, value in everything[field].items() if name not in WRITE_ONLY}
            self.checks.that(f"{field} has the published fields", ANSWER_FIELDS[field] <= got.keys(), got)
            self.checks.equal(f"{field} is what was sent, and valid", {name: got.get(name) for name in sent} | {"valid": got["valid"]},
                              sent | {"valid": True})
        self.checks.equal("enabledForSearchNodes", answer["enabledForSearchNodes"], True)
        text = str(answer)
        held = [name for field in self.fields for name in WRITE_ONLY if name in text or everything[field].get(name, "-----") in text]
        self.checks.equal("no secret comes back", held, [])
        self.checks.equal("GET says the same", self.settings(), answer)

    def takes_and_gives(self, customer):
        self.checks.section(f"{customer.field}: what the customer takes away, and gives back")
        for what, why in customer.cannot.items():
            print(f"  --      no way to {what}: {why}", flush=True)
        for fault in customer.faults():
            print(f"  {fault.name}", flush=True)
            seen = len(self.events())
            fault.strike()
            if fault.spares_the_present_key:
                self.checks.throughout("the key in use stays valid", STEADY_FOR, self.valid, lambda valid: all(valid.values()))
            else:
                self.follows(customer, False)
                standing = self.standing(customer)
                self.checks.equal("the validity view says why", (standing["state"], standing["reason"]), ("INVALID", fault.reason))
                name = f"{customer.provider}_ENCRYPTION_KEY_INVALID"
                self.checks.within(f"event {name}", 3, lambda: name in self.events()[:-seen or None])
                self.refused("the key cannot be exchanged now", {customer.field: customer.another_key()}, 400,
                             "ENCRYPTION_AT_REST_SETTINGS_INVALID")
            fault.mend()
            self.follows(customer, True)
            self.takes_up(customer, fault)

    def takes_up(self, customer, fault):
        """Switches the provider off, and on again while the fault is there."""
        payload = {customer.field: self.payloads()[customer.field]}
        self.patched("switched off", {customer.field: {"enabled": False}})
        fault.strike()
        self.refused("a PATCH that would take this key anew", payload, 400, fault.code)
        others = {field: valid for field, valid in self.valid().items() if field != customer.field}
        self.checks.that("the other two stayed valid", all(others.values()), others)
        fault.mend()
        answer = self.patched("taken anew when it is given back", payload)
        self.checks.equal("and valid", answer[customer.field]["valid"], True)

    def rotates(self, customer):
        self.checks.section(f"{customer.field}: the customer rotates the key")
        moved = customer.rotate()
        self.checks.throughout("valid stays true", STEADY_FOR, self.valid, lambda valid: all(valid.values()))
        if moved is None:
            return
        answer = self.patched("PATCH with the new version", {customer.field: moved})
        got = {name: answer[customer.field][name] for name in (*moved, "valid")}
        self.checks.equal("the settings moved, and it is valid", got, moved | {"valid": True})
        customer.disable()
        self.checks.throughout("the old version disabled: valid stays true", STEADY_FOR, self.valid, lambda valid: all(valid.values()))
        customer.enable()
        back = {name: customer.payload[name] for name in moved}
        self.checks.equal("and back to the old one", self.patched("PATCH with the old version", {customer.field: back})[customer.field]["valid"], True)

    def network(self, customer):
        self.checks.section(f"{customer.field}: the network to the cloud breaks")
        self.server.console("POST", "faults", json={"provider": customer.cloud, "operation": "*", "kind": "reset"})
        try:
            self.unknown(customer)
        finally:
            self.server.console("DELETE", "faults")
        self.checks.within("known again", FOLLOWS_WITHIN, lambda: self.standing(customer)["state"], lambda state: state == "VALID")

    def unknown(self, customer):
        self.checks.within("the validity view says unknown", FOLLOWS_WITHIN, lambda: self.standing(customer)["state"],
                           lambda state: state == "UNKNOWN")
        self.checks.throughout("valid stays true", STEADY_FOR, self.valid, lambda valid: all(valid.values()))
        self.refused("no other key can be proved now", {customer.field: customer.another_key()}, 400,
                     "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED")

    def closed_vault(self, customer):
        self.checks.section(f"{customer.field}: the vault is closed to the public")
        customer.set_public_access("Disabled")
        try:
            self.unknown(customer)
        finally:
            customer.set_public_access("Enabled")
        self.checks.within("known again", FOLLOWS_WITHIN, lambda: self.standing(customer)["state"], lambda state: state == "VALID")

    def by_roles(self):
        self.checks.section("all three by a role")
        roles = self.payloads("rolePayload")
        answer = self.patched("PATCH with the three roles", roles)
        for field in self.fields:
            got = answer[field]
            self.checks.equal(f"{field}: its roleId, and valid", (got["roleId"], got["valid"]), (roles[field]["roleId"], True))
        static = (answer["awsKms"]["accessKeyID"], answer["azureKeyVault"]["clientID"])
        self.checks.equal("the static identities are gone", static, (None, None))
        self.second_project_without_azure()
        for customer in self.customers:
            customer.disable()
        none, all_three = dict.fromkeys(self.fields, False), dict.fromkeys(self.fields, True)
        self.checks.within("all three disable their keys: none is valid", FOLLOWS_WITHIN, self.valid, lambda valid: valid == none)
        for customer in self.customers:
            self.checks.equal(f"{customer.field}: why", self.standing(customer)["reason"], "KEY_DISABLED")
        for customer in self.customers:
            customer.enable()
        self.checks.within("and enable them: all are valid", FOLLOWS_WITHIN, self.valid, lambda valid: valid == all_three)
        for customer in self.customers:
            answer = self.patch({customer.field: self.payloads()[customer.field]})
            self.checks.that(f"{customer.field}: no way back to static credentials ({answer.status_code} {code_of(answer)})",
                             answer.status_code == 400, answer.text)

    def second_project_without_azure(self):
        """Its credentials are others, and five that fail within a minute are held for a fault of the operator's or of a cloud."""
        group = f"/groups/{self.server.dev['kmip']['projectId']}"
        newest = {"Accept": "application/vnd.atlas.2024-10-23+json"}
        answer = self.session.delete(self.server.atlas(f"{group}/clusters/cluster1"), headers=newest, timeout=30)
        self.checks.equal("the second project gives up its cluster on Azure", answer.status_code, 202)
        answer = self.session.patch(self.server.atlas(f"{group}/encryptionAtRest"), json={"azureKeyVault": {"enabled": False}}, timeout=30)
        self.checks.equal("and then Azure", (answer.status_code, code_of(answer)), (200, None))

    def operator_broken(self, cloud, broken, mended):
        self.checks.section(f"the operator's own identity in {cloud} breaks: nobody's key is called invalid")
        seen = len(self.events())
        self.checks.that("no operator alert before", not self.server.operator_alert(), "an alert")
        self.server.console("POST", broken)
        try:
            self.checks.within("/metrics shows the operator alert", 10, self.server.operator_alert)
            self.checks.throughout("valid stays true", STEADY_FOR, self.valid, lambda valid: all(valid.values()))
            told = [name for name in self.events()[:-seen or None] if name.endswith("_INVALID")]
            self.checks.equal("no event calls a key invalid", told, [])
        finally:
            self.server.console("POST", mended)
        self.checks.within("the alert ends", 10, lambda: not self.server.operator_alert())
        self.checks.that("all are valid after", all(self.valid().values()), self.valid())

    def switch_off(self):
        self.checks.section("all three off in one PATCH")
        answer = self.patched("enabled: false", {field: {"enabled": False} for field in self.fields})
        for field in self.fields:
            left = {name: value for name, value in answer[field].items() if value is not None}
            self.checks.equal(f"{field}: nothing of it is left", left, {"enabled": False, "valid": False})


    def restart(self):
        self.checks.section("a restart on the same folder")
        before = self.patched("all three on again", self.payloads())
        clouds = self.server.dev["clouds"]
        self.server.stop()
        self.server.start()
        self.checks.equal("dev.json tells the same clouds", self.server.dev["clouds"], clouds)
        self.checks.equal("GET says the same", self.settings(), before)
        for customer in self.customers:
            customer.disable()
            self.follows(customer, False)
            customer.enable()
            self.follows(customer, True)


def code_of(answer):
    return answer.json().get("errorCode")


with Checks("customers", 600) as checks, DevServer() as server:
    day = Day(checks, server)
    day.enable_all()
    for customer in day.customers:
        day.takes_and_gives(customer)
        day.rotates(customer)
        day.network(customer)
    day.closed_vault(day.customers[1])
    day.by_roles()
    for cloud, (broken, mended) in server.operators_elsewhere().items():
        day.operator_broken(cloud, broken, mended)
    day.switch_off()
    day.restart()
