"""Starting `atrest dev` as a person would, and reading its dev.json. Knows nothing of what is checked.

Ports are picked by the system; the folder is temporary unless one is given.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parent.parent
READY_WITHIN = 60


def program(name):
    """Finds a program of this workspace: in the folder xtask names, else in target/debug."""
    folder = pathlib.Path(os.environ.get("ATREST_TEST_PROGRAMS", ROOT / "target" / "debug"))
    found = folder / name
    if not found.exists():
        raise SystemExit(f"{found} is missing; build it with `cargo build -p atrest -p simulators --bins --examples`")
    return str(found)


class DevServer:
    """A running `atrest dev`. Use as a context; `start` and `kill` may alternate inside it."""

    def __init__(self, *options, folder=None, environment=None):
        self.options, self.environment = options, dict(os.environ, **(environment or {}))
        self.own_folder = None if folder else tempfile.mkdtemp(prefix="atrest-interop-")
        self.folder = pathlib.Path(folder or self.own_folder) / "dev"
        self.log, self.greeting = self.folder.parent / "dev.log", self.folder.parent / "greeting.txt"
        self.process, self.log_begins = None, 0

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        if self.own_folder:
            shutil.rmtree(self.own_folder, ignore_errors=True)

    def start(self):
        listen = ["--listen", "127.0.0.1:0", "--kmip-listen", "127.0.0.1:0", "--clouds-listen", "127.0.0.1:0"]
        # The greeting shows throw-away secrets on purpose; the log must not.
        with open(self.log, "ab") as log, open(self.greeting, "ab") as greeting:
            self.log_begins = log.tell()
            # A group of its own: a Ctrl-C at the terminal reaches us first, and we stop it in order.
            self.process = subprocess.Popen(
                [program("atrest"), "dev", "--dir", str(self.folder), *listen, *self.options],
                stdin=subprocess.DEVNULL, stdout=greeting, stderr=log, start_new_session=True,
                env=self.environment,
            )
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"atrest dev ended with {self.process.returncode}\n{self.last_words()}")
            if self._answers():
                return self
            time.sleep(0.05)
        raise SystemExit(f"atrest dev was not ready within {READY_WITHIN} s\n{self.last_words()}")

    def _answers(self):
        try:
            self.dev = json.loads((self.folder / "dev.json").read_text())
            return requests.get(self.base + "/healthz", timeout=2).ok
        except (OSError, ValueError, requests.RequestException):
            return False

    def kill(self):
        """kill -9, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            print("  atrest dev did not stop within 20 s of SIGTERM", flush=True)
            self.kill()

    def last_words(self):
        """What this start has said, and no earlier one."""
        said = self.log.read_bytes()[self.log_begins:] if self.log.exists() else b""
        return said.decode(errors="replace")[-3000:]

    # What dev.json says, by short names.
    @property
    def base(self):
        return self.dev["api"]["baseUrl"].rstrip("/")

    @property
    def project(self):
        return self.dev["api"]["projectId"]

    @property
    def key(self):
        return self.dev["api"]["apiKey"]["publicKey"], self.dev["api"]["apiKey"]["privateKey"]

    @property
    def aws(self):
        return self.dev["clouds"]["aws"]

    @property
    def azure(self):
        return self.dev["clouds"]["azure"]

    @property
    def gcp(self):
        return self.dev["clouds"]["gcp"]

    def atlas(self, path):
        return f"{self.base}/api/atlas/v2{path}"

    def settings_url(self, project=None):
        return self.atlas(f"/groups/{project or self.project}/encryptionAtRest")

    def token(self):
        """Trades the service account for a Bearer token."""
        account = self.dev["api"]["serviceAccount"]
        answer = requests.post(
            self.base + "/api/oauth/token", data={"grant_type": "client_credentials"},
            auth=(account["clientId"], account["clientSecret"]), timeout=10,
        )
        answer.raise_for_status()
        return answer.json()["access_token"]

    def console(self, method, path, **arguments):
        """Calls the page where one plays the customer and the cloud."""
        clouds = self.dev["clouds"]
        answer = requests.request(
            method, clouds["console"].rstrip("/") + "/" + path, timeout=10,
            headers={"X-Console-Token": clouds["consoleToken"]}, **arguments,
        )
        answer.raise_for_status()
        return answer

    # The operator's side: what an operator would look at, and the one thing he can break.
    def metrics(self):
        """Reads /metrics; its listener is its own."""
        answer = requests.get(self.dev["api"]["operationsUrl"] + "/metrics", timeout=10)
        answer.raise_for_status()
        return answer.text

    def operator_alert(self):
        return bool(re.search(r"^atrest_operator\w*(\{[^}]*\})? [1-9]", self.metrics(), re.M))

    def break_operator_identity(self):
        self._operators_access_keys("Inactive")

    def mend_operator_identity(self):
        self._operators_access_keys("Active")

    def operators_elsewhere(self):
        """The operator's own identities in Azure and Google, as console paths: by cloud, how to break and how to mend it."""
        tenants = self.console("GET", "azure").json()["tenants"]
        customers = self.azure["customer"]["tenantId"]
        [azure] = [f"azure/secrets/{secret['id']}" for tenant in tenants if tenant["id"] != customers
                   for app in tenant["apps"] for secret in app["secrets"]]
        projects = self.console("GET", "gcp").json()["projects"]
        customers = json.loads(self.gcp["customer"]["serviceAccountKey"])["project_id"]
        # Roles have accounts there too, but only the operator signs by a key.
        [gcp] = [f"gcp/service-accounts/{account['email']}" for project in projects if project["id"] != customers
                 for account in project["serviceAccounts"] if account["keys"]]
        return {"azure": (f"{azure}/expire", f"{azure}/renew"), "gcp": (f"{gcp}/disable", f"{gcp}/enable")}

    def _operators_access_keys(self, status):
        """Switches every access key of the accounts that do not own the customer's key: those are the operator's."""
        for account in self.console("GET", "aws").json()["accounts"]:
            if any(key["id"] == self.aws["keyId"] for key in account["keys"]):
                continue
            held = [key for user in account["users"] for key in user["accessKeys"]] + account["rootAccessKeys"]
            for key in held:
                self.console("POST", f"aws/access-keys/{key['id']}", json={"status": status})

    def boto3(self, service, region=None):
        """A client of the customer in the simulated AWS."""
        import boto3
        from botocore.config import Config

        customer = self.aws["customer"]
        return boto3.client(
            service, endpoint_url=self.aws["endpoint"], region_name=region or self.aws["region"],
            aws_access_key_id=customer["accessKeyId"], aws_secret_access_key=customer["secretAccessKey"],
            config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20),
        )
