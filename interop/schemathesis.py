"""schemathesis over our own OpenAPI document: what the document promises, a running server keeps. Zero failures."""
import json
import pathlib
import subprocess
import sys
import tempfile

import requests

from dev_server import DevServer
from tally import Checks

SECONDS = 60
SEED = 20250312

with Checks("schemathesis", SECONDS + 300) as checks, DevServer() as server:
    document = server.base + "/api/atrest/v1/openapi.json"
    headers = {"Authorization": f"Bearer {server.token()}"}
    described = requests.get(document, headers=headers, timeout=10).json()
    operations = [
        (method, path) for path, item in described["paths"].items() for method in item
        if method in ("get", "put", "post", "delete", "patch")
    ]
    checks.that(f"the document describes {len(operations)} operations", len(operations) > 5, operations)
    with tempfile.TemporaryDirectory(prefix="schemathesis-") as folder:
        report = pathlib.Path(folder) / "report.json"
        run = subprocess.run(
            [
                str(pathlib.Path(sys.executable).parent / "schemathesis"), "run", document, "--url", server.base,
                "--header", f"Authorization: {headers['Authorization']}",
                "--seed", str(SEED), "--max-time", str(SECONDS), "--request-timeout", "30", "--checks", "all",
                "--generation-database", "none", "--report", "json", "--report-json-path", str(report), "--no-color",
            ],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        print(run.stdout[-12000:], flush=True)
        if report.exists():
            print(json.dumps(json.loads(report.read_text()))[:3000])
    checks.equal("schemathesis finds nothing", run.returncode, 0)
