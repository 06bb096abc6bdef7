"""Private endpoints, with azure-mgmt-network on the side of whoever has them and azure-mgmt-keyvault on the vault's.

Knows no credentials: probe.py hands them in. The example's subnet `s` has a private address; a key is read there as a pinned
resolver would have it, under the vault's own name.
"""
import json
from urllib.parse import urlsplit

import urllib3
from azure.mgmt.network import NetworkManagementClient
from table import OK

ARM_SCOPE = "https://management.azure.com/.default"
VAULT_SCOPE = "https://vault.azure.net/.default"
NETWORKS, KEYS = "api-version=2024-05-01", "api-version=7.6"


def private(table, given, credential, arm, console):
    case, holds = table.case, table.holds
    network = NetworkManagementClient(
        credential, given["subscription"], base_url=given["endpoint"], credential_scopes=[ARM_SCOPE],
        connection_verify=given["caFile"], retry_total=0, polling_interval=0)
    group, vault, endpoints = given["resourceGroup"], given["vault"], network.private_endpoints
    vault_id = f"/subscriptions/{given['subscription']}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}"

    def body(kind="manualPrivateLinkServiceConnections", **link):
        properties = {"privateLinkServiceId": vault_id, "groupIds": ["vault"], "requestMessage": "from the probe", **link}
        connection = [{"name": "link", "properties": properties}]
        return {"location": "eastus", "tags": {"probe": "yes"}, "properties": {"subnet": {"id": given["subnet"]["id"]}, kind: connection}}

    make = lambda name, **more: lambda: endpoints.begin_create_or_update(group, name, body(**more)).result(20)
    remove = lambda name: lambda: endpoints.begin_delete(group, name).result(20)
    link = lambda endpoint: (endpoint.properties.manual_private_link_service_connections
                             or endpoint.properties.private_link_service_connections)[0].properties
    status = lambda endpoint: link(endpoint).private_link_service_connection_state.status
    get = lambda name: lambda: endpoints.get(group, name)
    connections = arm.private_endpoint_connections
    listed = lambda: list(connections.list_by_resource(group, vault))
    known = lambda name: next(one for one in listed() if one.name.startswith(name + "."))

    def decide(name, verdict):
        state = {"status": verdict, "description": verdict}
        return lambda: connections.put(group, vault, name, {"properties": {"privateLinkServiceConnectionState": state}})

    def by_private_address():
        """What reading the key comes to at the private address."""
        token = credential.get_token(VAULT_SCOPE).token
        at = urlsplit(given["endpoint"])
        pool = urllib3.HTTPSConnectionPool(
            given["subnet"]["address"], at.port, ca_certs=given["caFile"], server_hostname=at.hostname, assert_hostname=at.hostname,
            retries=False, timeout=10)
        headers = {"Authorization": f"Bearer {token}", "Host": at.netloc}
        answer = pool.request("GET", f"/keys/{given['key']['name']}?{KEYS}", headers=headers)
        error = json.loads(answer.data).get("error", {})
        return (error.get("innererror") or error).get("code", OK)

    case("read no such private endpoint", "ResourceNotFound", get("one"))
    case("take down no such private endpoint", OK, remove("one"))
    case("make one, and wait for its end", OK, make("one"), lambda e: e.properties.provisioning_state == "Succeeded",
         lambda e: e.tags == {"probe": "yes"} and e.type == "Microsoft.Network/privateEndpoints")
    case("it waits for the vault's owner", OK, get("one"), lambda e: status(e) == "Pending",
         lambda e: e.properties.custom_dns_configs[0].fqdn == "localhost",
         lambda e: e.properties.custom_dns_configs[0].ip_addresses == [given["subnet"]["address"]],
         lambda e: len(e.properties.network_interfaces) == 1 and e.etag)
    case("make it again: it stays as it is", OK, make("one"), lambda e: status(e) == "Pending")
    case("lead it elsewhere", "BadRequest", make("one", privateLinkServiceId=vault_id + "x"))
    case("without a group", "MissingParameterOnPrivateLinkServiceConnection", make("two", groupIds=[]))
    case("to what is no vault", "LinkedInvalidPropertyId", make("two", privateLinkServiceId="vault"))
    case("to a vault that is not there", "ResourceNotFound/HTTP 200", make("two", privateLinkServiceId=vault_id + "x"))
    case("what failed stays until it is removed", OK, get("two"), lambda e: e.properties.provisioning_state == "Failed")
    case("remove what failed", OK, remove("two"))
    case("list those of the group", OK, lambda: list(endpoints.list(group)), lambda all: [e.name for e in all] == ["one"])
    case("list those of the subscription", OK, lambda: list(endpoints.list_by_subscription()), lambda all: len(all) == 1)
    case("read the subnet", OK, lambda: network.subnets.get(group, "v", "s"), lambda s: s.id == given["subnet"]["id"])
    case("read no such subnet", "ResourceNotFound", lambda: network.subnets.get(group, "v", "t"))

    one = case("the vault's owner sees it", OK, lambda: known("one"),
               lambda c: c.properties.private_endpoint.id.endswith("/privateEndpoints/one"),
               lambda c: c.properties.private_link_service_connection_state.status == "Pending")
    case("and in the vault itself", OK, lambda: arm.vaults.get(group, vault), lambda v: len(v.properties.private_endpoint_connections) == 1)
    holds("pending: read the key privately", by_private_address() == "ForbiddenByConnection")
    case("approve it", OK, decide(one.name, "Approved"))
    case("its maker sees it approved", OK, get("one"), lambda e: status(e) == "Approved", lambda e: link(e).private_link_service_connection_state.description == "Approved")
    close = lambda how: lambda: arm.vaults.update(group, vault, {"properties": {"publicNetworkAccess": how}})
    case("close public access", OK, close("Disabled"))
    holds("approved: read the key privately", by_private_address() == OK)
    case("reject it", OK, decide(one.name, "Rejected"))
    case("its maker sees it rejected", OK, get("one"), lambda e: status(e) == "Rejected")
    holds("rejected: read the key privately", by_private_address() == "ForbiddenByConnection")
    case("open public access again", OK, close("Enabled"))
    case("read no such connection", "ResourceNotFound", lambda: connections.get(group, vault, "one.none"))
    case("remove it from the vault", OK, lambda: connections.begin_delete(group, vault, one.name, polling_interval=0).result(20))
    case("its maker sees it disconnected", OK, get("one"), lambda e: status(e) == "Disconnected")
    case("approve what is removed", "ResourceNotFound", decide(one.name, "Approved"))
    case("take it down, and wait for its end", OK, remove("one"))
    case("it is gone", "ResourceNotFound", get("one"))

    case("make one that approves itself", OK, make("own", kind="privateLinkServiceConnections"), lambda e: status(e) == "Approved")
    holds("approved by itself: read the key privately", by_private_address() == OK)
    line = f"azure/subnets/{given['subnet']['name']}"
    console("POST", line + "/cut")
    try:
        came = by_private_address()
    except urllib3.exceptions.HTTPError:
        came = "no answer"
    holds("the line cut: no answer", came == "no answer", came)
    console("POST", line + "/mend")
    holds("the line mended: read the key privately", by_private_address() == OK)
    case("take that down too", OK, remove("own"))
