"""Interface endpoints to KMS, by Amazon's own clients for EC2 and KMS. The probe hands in its table and its clients."""
import json
import socket
import time
import uuid
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from table import OK

SERVICE = "com.amazonaws.us-east-1.kms"
NOBODY = "vpce-00000000000000000"


def ask(table, client, iam, given, key):
    """`client(service, who)` makes a client; `key` is a KMS key of the account."""
    case, ec2, network = table.case, client("ec2"), given["network"]
    token = uuid.uuid4().hex
    wanted = {"VpcEndpointType": "Interface", "VpcId": network["vpc"], "ServiceName": SERVICE,
              "SubnetIds": [network["subnet"]], "SecurityGroupIds": [network["securityGroup"]],
              "PrivateDnsEnabled": False, "ClientToken": token,
              "TagSpecifications": [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "atrest-instance", "Value": "probe"}]}]}

    def create(**changed):
        return ec2.create_vpc_endpoint(**(wanted | changed))

    case("CreateVpcEndpoint for trial", "DryRunOperation", lambda: create(DryRun=True))
    made = case("CreateVpcEndpoint", OK, create,
                lambda r: r["VpcEndpoint"]["State"] == "pending" and r["ClientToken"] == token,
                lambda r: r["VpcEndpoint"]["Tags"] == [{"Key": "atrest-instance", "Value": "probe"}])
    endpoint = made["VpcEndpoint"]["VpcEndpointId"]
    case("CreateVpcEndpoint with the same token", OK, create, lambda r: r["VpcEndpoint"]["VpcEndpointId"] == endpoint)
    case("CreateVpcEndpoint, same token, other groups", "IdempotentParameterMismatch", lambda: create(SecurityGroupIds=[]))
    case("CreateVpcEndpoint in no subnet", "InvalidSubnetID.NotFound",
         lambda: create(SubnetIds=["subnet-00000000000000000"], ClientToken="other"))
    case("CreateVpcEndpoint in no VPC", "InvalidVpcId.NotFound",
         lambda: create(VpcId="vpc-00000000000000000", ClientToken="other"))
    case("CreateVpcEndpoint to no service", "InvalidServiceName",
         lambda: create(ServiceName="com.amazonaws.us-east-1.nothing", ClientToken="other"))

    available = wait(lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0], "available")
    table.holds("the endpoint becomes available", available["State"] == "available", available["State"])
    name = available["DnsEntries"][0]["DnsName"]
    table.holds("its first name is the regional one", name.startswith(endpoint) and name.endswith(".kms.us-east-1.vpce.amazonaws.com"), name)
    case("DescribeNetworkInterfaces", OK,
         lambda: ec2.describe_network_interfaces(NetworkInterfaceIds=available["NetworkInterfaceIds"]),
         lambda r: [one["PrivateIpAddress"] for one in r["NetworkInterfaces"]] == [network["address"]])
    by_tag = [{"Name": "tag:atrest-instance", "Values": ["probe"]}]
    case("DescribeVpcEndpoints by tag", OK, lambda: ec2.describe_vpc_endpoints(Filters=by_tag),
         lambda r: [one["VpcEndpointId"] for one in r["VpcEndpoints"]] == [endpoint])
    pages = list(ec2.get_paginator("describe_vpc_endpoints").paginate(PaginationConfig={"PageSize": 5}))
    table.holds("the paginator of botocore ends", len(pages) == 1, len(pages))
    case("DescribeVpcEndpoints of none", "InvalidVpcEndpointId.NotFound",
         lambda: ec2.describe_vpc_endpoints(VpcEndpointIds=[NOBODY]))
    case("DescribeSubnets", OK, lambda: ec2.describe_subnets(SubnetIds=[network["subnet"]]),
         lambda r: r["Subnets"][0]["VpcId"] == network["vpc"])
    case("DescribeVpcs", OK, lambda: ec2.describe_vpcs(VpcIds=[network["vpc"]]), lambda r: r["Vpcs"][0]["State"] == "available")
    case("DescribeSecurityGroups", OK, lambda: ec2.describe_security_groups(GroupIds=[network["securityGroup"]]),
         lambda r: r["SecurityGroups"][0]["VpcId"] == network["vpc"])

    private_calls(table, client("kms"), given, key, endpoint, name)
    without_leave(case, client, iam, endpoint)

    case("DeleteVpcEndpoints, one of them unknown", OK,
         lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint, NOBODY]),
         lambda r: [(one["Error"]["Code"], one["ResourceId"]) for one in r["Unsuccessful"]] == [("InvalidVpcEndpoint.NotFound", NOBODY)])
    gone = wait(lambda: (ec2.describe_vpc_endpoints(Filters=by_tag)["VpcEndpoints"] or [{"State": "gone"}])[0], "gone")
    table.holds("the endpoint goes", gone["State"] == "gone", gone["State"])


def private_calls(table, public, given, key, endpoint, name):
    """KMS by the endpoint's own name, and a key policy that lets nothing else in."""
    port = urlsplit(given["endpoint"]).port
    anywhere = socket.getaddrinfo

    def pinned(host, *more, **named):
        return anywhere(given["network"]["address"] if host == name else host, *more, **named)

    socket.getaddrinfo = pinned
    private = boto3.client(
        "kms", endpoint_url=f"http://{name}:{port}", region_name="us-east-1",
        aws_access_key_id=given["admin"]["accessKeyId"], aws_secret_access_key=given["admin"]["secretAccessKey"],
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20))
    try:
        table.case("Encrypt by the endpoint", OK, lambda: private.encrypt(KeyId=key, Plaintext=b"x"))
        before = public.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        closed = json.loads(before)
        closed["Statement"] = [*closed["Statement"], {
            "Effect": "Deny", "Principal": "*", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}}]
        table.case("PutKeyPolicy with aws:SourceVpce", OK,
                   lambda: public.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(closed)))
        table.case("Encrypt in public, now closed", "AccessDeniedException", lambda: public.encrypt(KeyId=key, Plaintext=b"x"))
        table.case("Encrypt by the endpoint, as before", OK, lambda: private.encrypt(KeyId=key, Plaintext=b"x"))
        public.put_key_policy(KeyId=key, PolicyName="default", Policy=before)
        sts = boto3.client("sts", endpoint_url=f"http://{name}:{port}", region_name="us-east-1",
                           aws_access_key_id=given["admin"]["accessKeyId"],
                           aws_secret_access_key=given["admin"]["secretAccessKey"],
                           config=Config(retries={"total_max_attempts": 1}))
        try:
            sts.get_caller_identity()
            table.holds("an endpoint to KMS is none to STS", False, "answered")
        except ConnectionClosedError:
            table.holds("an endpoint to KMS is none to STS", True)
    finally:
        socket.getaddrinfo = anywhere


def without_leave(case, client, iam, endpoint):
    name = f"watcher-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    watcher = client("ec2", (made["AccessKeyId"], made["SecretAccessKey"]))
    case("DescribeVpcEndpoints without leave", "UnauthorizedOperation", watcher.describe_vpc_endpoints)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="watch", PolicyDocument=json.dumps(document))
    case("DescribeVpcEndpoints with leave", OK, watcher.describe_vpc_endpoints)
    case("DeleteVpcEndpoints without leave", "UnauthorizedOperation",
         lambda: watcher.delete_vpc_endpoints(VpcEndpointIds=[endpoint]))
    wrong = client("ec2", (made["AccessKeyId"], "another"))
    case("DescribeVpcs with a wrong secret", "AuthFailure", wrong.describe_vpcs)


def wait(look, state):
    """Looks until the state is there, for ten seconds."""
    end = time.monotonic() + 10
    while True:
        seen = look()
        if seen["State"] == state or time.monotonic() > end:
            return seen
        time.sleep(0.05)
