"""The canary's secrets of access and of being told: keys and accounts that the API makes, invitations, enrolment, webhooks, and
the password that Atrest itself signs in to its mail server with. Knows the canary's way to send, not what is looked at in the end.
"""
import hashlib
import json
import re
import secrets
import socket
import subprocess
import time

import requests
from requests.auth import HTTPDigestAuth

from dev_server import program

REALM = "MMS Public API"
TOLD_WITHIN = 30
DATED = "application/vnd.atlas.2025-02-19+json"
USED = "AWS_ENCRYPTION_KEY_INVALID"


class Access:
    def __init__(self, checks, canaries, mails, hooks, token):
        self.checks, self.canaries, self.mails, self.hooks = checks, canaries, mails, hooks
        self.server, self.bearer = canaries.server, {"Authorization": f"Bearer {token}", "Accept": DATED}
        self.org, self.group = self.server.dev["api"]["orgId"], self.server.project
        self.own = self.server.base + "/api/atrest/v1"

    def once(self, path, body=None):
        """Makes something whose secret the answer shows, the one time it may: that answer is not kept."""
        url = path if path.startswith("http") else self.server.atlas(path)
        answer = requests.post(url, json=body, headers=self.bearer, timeout=40)
        answer.raise_for_status()
        return answer.json()

    def send(self, method, path, body=None):
        url = path if path.startswith("http") else self.server.atlas(path)
        return self.canaries.send(method, url, json=body, headers=self.bearer)

    def keys(self):
        for where, path, roles in (
            ("an organization's", f"/orgs/{self.org}", ["ORG_OWNER"]), ("a project's", f"/groups/{self.group}", ["GROUP_OWNER"]),
        ):
            key = self.once(f"{path}/apiKeys", {"desc": "canary", "roles": roles})
            private = self.canaries.named(f"the private half of {where} API key", key["privateKey"])
            self.canaries.named(f"HA1 of {where} API key", hashlib.md5(f"{key['publicKey']}:{REALM}:{private}".encode()).hexdigest())
            used = self.canaries.send("GET", self.server.atlas(f"/groups/{self.group}/apiKeys"),
                                      auth=HTTPDigestAuth(key["publicKey"], private), headers={"Accept": DATED})
            self.checks.equal(f"{where} API key is good", used.status_code, 200)
            self.send("GET", f"{path}/apiKeys")
            self.send("PATCH", f"/orgs/{self.org}/apiKeys/{key['id']}", {"desc": "canary, later"})
            self.send("PATCH", f"/orgs/{self.org}/apiKeys/{key['id']}",
                      {"privateKey": self.canaries.named(f"a private half sent to {where} API key")})

    def accounts(self):
        body = {"name": "canary", "description": "canary", "secretExpiresAfterHours": 24}
        for where, path, roles in (
            ("an organization's", f"/orgs/{self.org}", ["ORG_MEMBER"]), ("a project's", f"/groups/{self.group}", ["GROUP_READ_ONLY"]),
        ):
            account = self.once(f"{path}/serviceAccounts", {**body, "roles": roles})
            client = account["clientId"]
            first = account["secrets"][0]["secret"]
            second = self.once(f"{path}/serviceAccounts/{client}/secrets", {"secretExpiresAfterHours": 24})["secret"]
            for number, secret in (("first", first), ("second", second)):
                self.canaries.named(f"the {number} secret of {where} service account", secret)
                answer = requests.post(self.server.base + "/api/oauth/token", data={"grant_type": "client_credentials"},
                                       auth=(client, secret), timeout=20)
                if self.checks.equal(f"the {number} secret of {where} service account is good", answer.status_code, 200):
                    self.canaries.named(f"the token for it, {number} of {where}", answer.json()["access_token"])
            for rest in ("", f"/{client}"):
                self.send("GET", f"{path}/serviceAccounts{rest}")
            self.canaries.send("POST", self.server.base + "/api/oauth/revoke", auth=(client, first),
                               data={"token": self.canaries.named(f"a token to revoke, {where}")})

    def people(self):
        users = f"/orgs/{self.org}/users"
        made = self.send("POST", users, {"username": "canary@example.com", "roles": {"orgRoles": ["ORG_MEMBER"]}})
        self.checks.equal("somebody is invited", made.status_code, 201)
        token = self.canaries.named("the token of an invitation", self.token_in_letter(1))
        accept = f"{self.own}/invitations/accept"
        person = {"firstName": "Ada", "lastName": "Canary"}
        password = self.canaries.named("a person's password")

        def tries(token, password):
            return self.send("POST", accept, {**person, "token": token, "password": password})

        tries(self.canaries.named("a token that is none"), self.canaries.named("the password beside it"))
        tries(token, [self.canaries.named("a password in a list")])
        tries(token, self.canaries.named("a password far too long", f"canary-{secrets.token_hex(2000)}"))
        self.send("POST", accept, {**person, "token": token, "pasword": self.canaries.named("a password under a misspelt name")})
        self.checks.equal("who has the token and a password is in", tries(token, password).status_code, 200)
        tries(token, self.canaries.named("the password for a token that was used"))
        self.send("POST", f"{self.own}/orgs/{self.org}/users/{made.json()['id']}/reset")
        self.canaries.named("the token of a reset", self.token_in_letter(2))
        for url in (users, f"{users}/{made.json()['id']}", f"/groups/{self.group}/users", f"{self.own}/orgs/{self.org}/users"):
            self.send("GET", url)

    def token_in_letter(self, number):
        def letters():
            return [mail for mail in self.mails.mails if mail["to"] == ["canary@example.com"]]

        self.checks.within(f"letter {number} came", TOLD_WITHIN, lambda: len(letters()) >= number)
        return re.search(r"atrest_user_[\w-]+", letters()[number - 1]["text"])[0]

    def enrolment(self):
        nodes = f"{self.own}/groups/{self.server.dev['kmip']['projectId']}/clusters/cluster0/nodes"
        node = self.send("POST", nodes, {"name": "canary", "role": "client"}).json()
        token = self.canaries.named("an enrolment token", self.once(f"{nodes}/{node['id']}/enrolmentTokens")["token"])
        # What it shows of itself may be seen: whom it is for. Its last part is the secret.
        self.canaries.named("an enrolment token's end", token[-24:])
        self.send("POST", f"{self.own}/enrolments", {"token": token, "certificateRequest": "-----BEGIN nonsense"})
        self.send("POST", f"{self.own}/enrolments", {"token": self.canaries.named("a wrong enrolment token"), "certificateRequest": "x"})
        pem = self.server.folder.parent / "canary.pem"
        run = subprocess.run(
            [program("atrest"), "node", "certificate", "--server", self.server.base, "--token", "-", "--out", str(pem)],
            input=token, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.canaries.answers.append(("atrest node certificate", run.stdout))
        self.checks.equal("a node is enrolled", run.returncode, 0)
        private = re.search(r"PRIVATE KEY-----\s(.*?)-----END", pem.read_text(), re.S)[1]
        self.canaries.named("a node's private key", max(private.splitlines(), key=len))
        for rest in ("", f"/{node['id']}"):
            self.send("GET", nodes + rest)

    def webhooks(self):
        configs, secret = f"/groups/{self.group}/alertConfigs", self.canaries.named("a webhook's secret", self.hooks.secret)
        address = f"{self.hooks.url}/{self.canaries.named('a webhook address')}?key={self.canaries.named('a key in a webhook address')}"

        def body(url, secret, **more):
            hook = {"typeName": "WEBHOOK", "webhookUrl": url, "webhookSecret": secret, "delayMin": 0, "intervalMin": 5}
            return {"eventTypeName": USED, "enabled": True, "notifications": [{**hook, **more}]}

        made = self.send("POST", configs, body(address, secret))
        self.checks.equal("somebody wants to hear of a lost key", made.status_code, 201)
        nobody = f"https://127.0.0.1:1/{self.canaries.named('the address of a webhook that nobody takes')}"
        self.checks.equal("and somebody who is away", self.send("POST", configs, body(nobody, self.canaries.named("his secret"))).status_code, 201)
        refused = self.canaries.named
        for url in ("http://127.0.0.1/", "https://10.0.0.1/", "https://user@example.com/", "https://exa mple/", "nonsense/"):
            self.send("POST", configs, body(url + refused(f"the address {url}"), refused(f"the secret beside {url}")))
        self.send("POST", configs, body(f"https://user:{refused('a password in an address')}@example.com/", secret))
        self.send("POST", configs, body(address, [refused("a webhook's secret in a list")]))
        self.send("POST", configs, body([refused("a webhook's address in a list")], secret))
        self.send("POST", configs, body(address, secret, webhookSecrte=refused("a webhook's secret under a misspelt name")))
        for kind, field in (("SLACK", "apiToken"), ("PAGER_DUTY", "serviceKey"), ("DATADOG", "datadogApiKey"), ("EMAIL", "webhookSecret")):
            other = {"typeName": kind, field: refused(f"what {kind} would take"), "delayMin": 0, "intervalMin": 5}
            self.send("POST", configs, {"eventTypeName": USED, "enabled": True, "notifications": [other]})
        one = f"{configs}/{made.json()['id']}"
        again = f"{address}&again={refused('the second key in a webhook address')}"
        self.checks.equal("its address may change", self.send("PUT", one, body(again, secret)).status_code, 200)
        shown = self.send("GET", one).json()
        back = {name: shown[name] for name in ("eventTypeName", "enabled", "notifications")}
        self.checks.equal("what was shown may be sent back", self.send("PUT", one, back).status_code, 200)
        kms = self.server.boto3("kms")
        self.hooks.answer = 302
        kms.disable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("a webhook is asked", TOLD_WITHIN, lambda: self.hooks.alerts(302))
        self.checks.within("who sends it elsewhere is an event", TOLD_WITHIN, lambda: self.events("NOTICE_NOT_DELIVERED"))
        self.hooks.answer = 200
        kms.enable_key(KeyId=self.server.aws["keyId"])
        self.checks.within("and hears the end of it", TOLD_WITHIN, lambda: self.hooks.alerts(200))
        self.checks.that("by the secrets that were sent back masked", all(
            self.hooks.is_signed(one) and one["path"].endswith(self.canaries.known["the second key in a webhook address"])
            for one in self.hooks.got), [one["path"] for one in self.hooks.got])
        self.send("GET", configs)
        self.send("GET", f"/groups/{self.group}/alerts?itemsPerPage=500")

    def events(self, kind):
        answer = self.send("GET", f"/groups/{self.group}/events?eventType={kind}")
        return answer.json()["totalCount"]

    def told(self):
        """What people and programs were told. Letters hold a token for their one reader, and are left out."""
        for one in self.hooks.got:
            yield "a webhook", one["body"].decode() + json.dumps({name: word for name, word in one["headers"].items()})
        for mail in self.mails.mails:
            if not re.search(r"atrest_user_", mail["text"]):
                yield "a mail", mail["subject"] + mail["text"]

    def run(self):
        self.keys()
        self.accounts()
        self.people()
        self.enrolment()
        self.webhooks()
        for path in (f"/orgs/{self.org}/events", f"/groups/{self.group}/events",
                     f"/groups/{self.server.dev['kmip']['projectId']}/events"):
            self.send("GET", f"{path}?itemsPerPage=500&includeRaw=true")
        self.canaries.answers.extend(self.told())


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Installation:
    """An `atrest serve` of its own, that signs in to its mail server. Use as a context; what it has said and holds is looked at then."""

    def __init__(self, checks, canaries, folder, mails, password):
        self.checks, self.canaries, self.folder, self.mails, self.password = checks, canaries, folder, mails, password
        self.log, self.api, self.operations = folder / "serve.log", free_port(), free_port()
        self.configuration = folder / "atrest.toml"

    def write(self, password):
        file = self.folder / "smtp-password"
        file.write_text(password + "\n")
        file.chmod(0o600)
        self.configuration.write_text(
            f'[api]\nlisten = "127.0.0.1:{self.api}"\n[operations]\nlisten = "127.0.0.1:{self.operations}"\n'
            f"[storage]\nsqlite_dir = {json.dumps(str(self.folder / 'data'))}\n"
            f"[root_key]\nfile = {json.dumps(str(self.folder / 'root.key'))}\n"
            f'[smtp]\nhost = "127.0.0.1"\nport = {self.mails.port()}\ntls = "none"\nuser = "atrest"\n'
            f'password_file = {json.dumps(str(file))}\nfrom = "Atrest <atrest@example.com>"\n[log]\nfilter = "trace"\n')

    def atrest(self, *words):
        return subprocess.run(
            [program("atrest"), *words, "--config", str(self.configuration)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout

    def key_in(self, said, name):
        found = {line.split()[0]: line.split()[-1] for line in said.splitlines() if " key " in line}
        organization = next(line.split()[1] for line in said.splitlines() if line.startswith("organization"))
        private = self.canaries.named(name, found["private"])
        self.canaries.named(f"{name}, HA1", hashlib.md5(f"{found['public']}:{REALM}:{private}".encode()).hexdigest())
        return organization, HTTPDigestAuth(found["public"], private)

    def serve(self, email, signs_in):
        """Serves, and invites somebody, whose letter is on its way by then or not at all."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [program("atrest"), "serve", "--config", str(self.configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.checks.within("serve is ready", TOLD_WITHIN, self.ready)
            url = f"http://127.0.0.1:{self.api}/api/atlas/v2/orgs/{self.org}/users"
            self.canaries.send("POST", url, auth=self.auth, headers={"Accept": DATED},
                               json={"username": email, "roles": {"orgRoles": ["ORG_OWNER"]}}).raise_for_status()
            if signs_in:
                self.checks.within("the letter went out", TOLD_WITHIN, lambda: self.mails.mails)
                self.canaries.named(f"the token for {email}", re.search(r"atrest_user_[\w-]+", self.mails.mails[-1]["text"])[0])
            else:
                self.checks.within("the mail server shuts Atrest out", TOLD_WITHIN, lambda: self.mails.refused)
                time.sleep(1)
            for rest in ("users", "events?includeRaw=true"):
                self.canaries.send("GET", f"http://127.0.0.1:{self.api}/api/atlas/v2/orgs/{self.org}/{rest}", auth=self.auth,
                                   headers={"Accept": DATED})
            self.metrics = requests.get(f"http://127.0.0.1:{self.operations}/metrics", timeout=20).content
        finally:
            process.terminate()
            process.wait(30)

    def ready(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.operations}/readyz", timeout=5).ok
        except requests.RequestException:
            return False

    def run(self):
        wrong = self.canaries.named("a wrong SMTP password")
        self.canaries.spelled("a wrong SMTP password in AUTH PLAIN", f"\0atrest\0{wrong}".encode())
        self.canaries.spelled("the SMTP password in AUTH PLAIN", f"\0atrest\0{self.password}".encode())
        self.write(wrong)
        self.org, self.auth = self.key_in(self.atrest("init"), "the first API key")
        self.serve("first@example.com", signs_in=False)
        self.write(self.canaries.named("the SMTP password", self.password))
        _, self.auth = self.key_in(self.atrest("admin", "recover-owner", "--email", "second@example.com"), "a recovered owner's API key")
        self.canaries.answers.append(("atrest config check", self.atrest("config", "check")))
        self.serve("third@example.com", signs_in=True)
        return self
