#!/usr/bin/env python3
"""Ask a simulated AWS what AWS documents, with Amazon's own Python SDK.

usage: probe.py ENDPOINT < keys.json

keys.json is the line that `cargo run -p simulators --example aws` prints: the access keys of an
account's `root` and of its administrator, the user `admin`. Loopback endpoints only; nothing is started
here. Every line of the table is one case: what was done, what AWS documents, what came. A closing line
counts; the exit code is 1 if anything failed.
"""
import json
import pathlib
import re
import sys
import uuid
from datetime import datetime, timezone
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import vpc_endpoints  # noqa: E402
from table import OK, Table  # noqa: E402

REGION = "us-east-1"
NOBODY = "00000000-0000-4000-8000-000000000000"
FOREIGN_ACCOUNT = "999999999999"
PLAIN = b"thirty-two bytes of a master key"
CONTEXT = {"project": "1"}

# Filled by main().
endpoint = ""


# ---- what a call comes to ------------------------------------------------------------------------

def outcome(call):
    """('ok', answer) or (error code, error)."""
    try:
        return OK, call()
    except ClientError as error:
        return error.response["Error"].get("Code", "no code"), error


def status(error):
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def well_formed(error):
    headers = error.response["ResponseMetadata"]["HTTPHeaders"]
    good = 400 <= status(error) < 500 and "x-amzn-requestid" in headers and "date" in headers
    return None if good else f"with HTTP {status(error)}, no request id or no Date"


table = Table(outcome, well_formed)
case, holds = table.case, table.holds


# ---- clients ------------------------------------------------------------------------------------

def client(service, access_key, secret, token=None, region=REGION):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=region, aws_access_key_id=access_key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20))


def as_session(service, credentials, **changed):
    given = {"access_key": credentials["AccessKeyId"], "secret": credentials["SecretAccessKey"],
             "token": credentials["SessionToken"]} | changed
    return client(service, **given)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def grant(effect="Allow", action="kms:*", **more):
    return {"Effect": effect, "Action": action, "Resource": "*"} | more


# ---- cases --------------------------------------------------------------------------------------

def keys(kms, account):
    made = case("CreateKey", OK, lambda: kms.create_key(Description="customer key"),
                lambda r: re.fullmatch(rf"arn:aws:kms:{REGION}:{account}:key/[0-9a-f-]{{36}}", r["KeyMetadata"]["Arn"]))
    key, arn = made["KeyMetadata"]["KeyId"], made["KeyMetadata"]["Arn"]
    other = kms.create_key(Description="another")["KeyMetadata"]["KeyId"]
    foreign = arn.replace(account, FOREIGN_ACCOUNT)
    describe = kms.describe_key

    case("DescribeKey by ARN", OK, lambda: describe(KeyId=arn), lambda r: metadata_is(r, "Enabled", True),
         lambda r: r["KeyMetadata"]["KeyManager"] == "CUSTOMER" and r["KeyMetadata"]["Origin"] == "AWS_KMS",
         lambda r: re.fullmatch("[0-9a-f]{64}", r["KeyMetadata"]["CurrentKeyMaterialId"]))
    case("DescribeKey of no key", "NotFoundException", lambda: describe(KeyId=NOBODY))
    case("DescribeKey of no id at all", "NotFoundException", lambda: describe(KeyId="not a key"))
    case("DescribeKey of no alias", "NotFoundException", lambda: describe(KeyId="alias/nope"))
    case("DescribeKey, ARN of another region", "NotFoundException",
         lambda: describe(KeyId=arn.replace(REGION, "eu-west-1")))
    case("DescribeKey, ARN of another account", "AccessDeniedException", lambda: describe(KeyId=foreign))
    case("DescribeKey of AWS's own key", OK, lambda: describe(KeyId="alias/aws/ebs"),
         lambda r: r["KeyMetadata"]["KeyManager"] == "AWS")
    case("Encrypt with AWS's own key", "AccessDeniedException",
         lambda: kms.encrypt(KeyId="alias/aws/ebs", Plaintext=b"x"))
    alias = f"alias/probe-{uuid.uuid4().hex[:8]}"
    case("CreateAlias", OK, lambda: kms.create_alias(AliasName=alias, TargetKeyId=key))
    case("CreateAlias twice", "AlreadyExistsException", lambda: kms.create_alias(AliasName=alias, TargetKeyId=key))
    case("Encrypt by alias", OK, lambda: kms.encrypt(KeyId=alias, Plaintext=b"x"), lambda r: r["KeyId"] == arn)
    case("ListAliases of the key", OK, lambda: kms.list_aliases(KeyId=key),
         lambda r: [entry["AliasName"] for entry in r["Aliases"]] == [alias])
    return key, arn, other


def metadata_is(answer, state, enabled):
    found = answer["KeyMetadata"]
    return (found["KeyState"], found["Enabled"]) == (state, enabled)


def cryptography(kms, key, arn, other):
    sealed = case("Encrypt with a context", OK,
                  lambda: kms.encrypt(KeyId=arn, Plaintext=PLAIN, EncryptionContext=CONTEXT),
                  lambda r: r["KeyId"] == arn and r["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT")["CiphertextBlob"]
    opens = lambda **more: kms.decrypt(**({"CiphertextBlob": sealed, "EncryptionContext": CONTEXT} | more))
    bent = sealed[:-1] + bytes([sealed[-1] ^ 1])

    case("Decrypt with the same context", OK, lambda: opens(KeyId=arn),
         lambda r: r["Plaintext"] == PLAIN and r["KeyId"] == arn)
    case("Decrypt with another context", "InvalidCiphertextException", lambda: opens(EncryptionContext={"project": "2"}))
    case("Decrypt without the context", "InvalidCiphertextException", lambda: opens(EncryptionContext={}))
    case("Decrypt with a bit flipped", "InvalidCiphertextException", lambda: opens(CiphertextBlob=bent))
    case("Decrypt of random bytes", "InvalidCiphertextException", lambda: kms.decrypt(CiphertextBlob=b"x" * 100))
    case("Decrypt naming another key", "IncorrectKeyException", lambda: opens(KeyId=other))
    case("Encrypt 4096 bytes", OK, lambda: kms.encrypt(KeyId=key, Plaintext=b"x" * 4096))
    case("Encrypt 4097 bytes", "ValidationException", lambda: kms.encrypt(KeyId=key, Plaintext=b"x" * 4097))
    case("Encrypt with no key", "NotFoundException", lambda: kms.encrypt(KeyId=NOBODY, Plaintext=b"x"))
    case("GenerateDataKey", OK, lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT),
         lambda r: len(r["Plaintext"]) == 32)
    case("GenerateDataKeyWithoutPlaintext", OK,
         lambda: kms.generate_data_key_without_plaintext(KeyId=key, KeySpec="AES_256"), lambda r: "Plaintext" not in r)
    case("ReEncrypt to another key", OK,
         lambda: kms.re_encrypt(CiphertextBlob=sealed, SourceEncryptionContext=CONTEXT, DestinationKeyId=other),
         lambda r: r["SourceKeyId"] == arn and r["KeyId"] != arn,
         lambda r: kms.decrypt(CiphertextBlob=r["CiphertextBlob"])["Plaintext"] == PLAIN)
    case("Encrypt, dry run", "DryRunOperationException", lambda: kms.encrypt(KeyId=key, Plaintext=b"x", DryRun=True))
    signing = case("CreateKey RSA_2048 SIGN_VERIFY", OK,
                   lambda: kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048"))["KeyMetadata"]["KeyId"]
    case("Encrypt with a signing key", "InvalidKeyUsageException", lambda: kms.encrypt(KeyId=signing, Plaintext=b"x"))
    rsa = case("CreateKey RSA_2048 ENCRYPT_DECRYPT", OK,
               lambda: kms.create_key(KeyUsage="ENCRYPT_DECRYPT", KeySpec="RSA_2048"))["KeyMetadata"]["KeyId"]
    case("Encrypt SYMMETRIC_DEFAULT with an RSA key", "InvalidKeyUsageException",
         lambda: kms.encrypt(KeyId=rsa, Plaintext=b"x"))
    empty = case("CreateKey with origin EXTERNAL", OK, lambda: kms.create_key(Origin="EXTERNAL"),
                 lambda r: metadata_is(r, "PendingImport", False))["KeyMetadata"]["KeyId"]
    case("Encrypt, pending import", "KMSInvalidStateException", lambda: kms.encrypt(KeyId=empty, Plaintext=b"x"))
    return opens


def states(kms, key, other, opens):
    encrypt = lambda: kms.encrypt(KeyId=key, Plaintext=b"x")
    described = lambda: kms.describe_key(KeyId=key)

    case("DisableKey", OK, lambda: kms.disable_key(KeyId=key))
    case("DescribeKey, disabled", OK, described, lambda r: metadata_is(r, "Disabled", False))
    case("Encrypt, disabled", "DisabledException", encrypt)
    case("Decrypt, disabled", "DisabledException", opens)
    case("GenerateDataKey, disabled", "DisabledException", lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"))
    case("EnableKey", OK, lambda: kms.enable_key(KeyId=key))
    case("Decrypt, enabled again", OK, opens, lambda r: r["Plaintext"] == PLAIN)

    doom = lambda target, days: kms.schedule_key_deletion(KeyId=target, PendingWindowInDays=days)
    case("ScheduleKeyDeletion in 7 days", OK, lambda: doom(key, 7),
         lambda r: (r["KeyState"], r["PendingWindowInDays"]) == ("PendingDeletion", 7))
    case("DescribeKey, pending deletion", OK, described, lambda r: metadata_is(r, "PendingDeletion", False),
         lambda r: r["KeyMetadata"]["DeletionDate"] > datetime.now(timezone.utc))
    case("Encrypt, pending deletion", "KMSInvalidStateException", encrypt)
    case("Decrypt, pending deletion", "KMSInvalidStateException", opens)
    case("EnableKey, pending deletion", "KMSInvalidStateException", lambda: kms.enable_key(KeyId=key))
    case("ScheduleKeyDeletion twice", "KMSInvalidStateException", lambda: doom(key, 7))
    case("ScheduleKeyDeletion in 3 days", "ValidationException", lambda: doom(other, 3))
    case("CancelKeyDeletion", OK, lambda: kms.cancel_key_deletion(KeyId=key))
    case("DescribeKey, deletion cancelled", OK, described, lambda r: metadata_is(r, "Disabled", False))
    case("Decrypt, deletion cancelled but disabled", "DisabledException", opens)
    kms.enable_key(KeyId=key)


def rotation(kms, key, opens):
    material = lambda: kms.describe_key(KeyId=key)["KeyMetadata"]["CurrentKeyMaterialId"]
    before = material()
    case("EnableKeyRotation every 90 days", OK, lambda: kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90))
    case("GetKeyRotationStatus", OK, lambda: kms.get_key_rotation_status(KeyId=key),
         lambda r: (r["KeyRotationEnabled"], r["RotationPeriodInDays"]) == (True, 90) and "NextRotationDate" in r)
    case("RotateKeyOnDemand", OK, lambda: kms.rotate_key_on_demand(KeyId=key))
    case("Decrypt what was sealed before the rotation", OK, opens, lambda r: r["Plaintext"] == PLAIN)
    case("ListKeyRotations", OK, lambda: kms.list_key_rotations(KeyId=key), lambda r: len(r["Rotations"]) == 1)
    holds("the key has new material", material() != before)


def wire(admin):
    """The bytes of an error, as no SDK shows them."""
    request = AWSRequest("POST", endpoint + "/", data=json.dumps({"KeyId": NOBODY}), headers={
        "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.DescribeKey"})
    SigV4Auth(Credentials(*admin), "kms", REGION).add_auth(request)
    try:
        urlopen(Request(endpoint + "/", request.body, dict(request.headers), method="POST"))
        holds("an error on the wire is HTTP 400", False, "HTTP 200")
    except HTTPError as answer:
        body = json.loads(answer.read())
        holds("an error on the wire is HTTP 400", answer.code == 400, f"HTTP {answer.code}")
        holds("its __type is NotFoundException", body.get("__type") == "NotFoundException", str(body))
        holds("it has a message", "does not exist" in body.get("message", ""), str(body))


def roles(sts, iam, account):
    name = f"probe-{uuid.uuid4().hex[:8]}"
    root = f"arn:aws:iam::{account}:root"
    trust = policy({"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "ext-1"}}})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assume = lambda arn=role, **more: sts.assume_role(RoleArn=arn, RoleSessionName="probe", **more)

    session = case("AssumeRole with its external id", OK, lambda: assume(ExternalId="ext-1"),
                   lambda r: r["Credentials"]["AccessKeyId"].startswith("ASIA"),
                   lambda r: r["Credentials"]["Expiration"] > datetime.now(timezone.utc))["Credentials"]
    case("AssumeRole with another external id", "AccessDenied", lambda: assume(ExternalId="bad"))
    case("AssumeRole without an external id", "AccessDenied", assume)
    case("AssumeRole of no role", "AccessDenied",
         lambda: assume(f"arn:aws:iam::{account}:role/nope", ExternalId="ext-1"))
    case("GetCallerIdentity as the role", OK, as_session("sts", session).get_caller_identity,
         lambda r: r["Arn"] == f"arn:aws:sts::{account}:assumed-role/{name}/probe")
    return name, role, session


def policies(kms, iam, account, key, sealed_by, role):
    name, arn, session = role
    decrypt = lambda: sealed_by(as_session("kms", session))
    on_role = lambda label, effect: iam.put_role_policy(
        RoleName=name, PolicyName=label, PolicyDocument=policy(grant(effect)))

    case("Decrypt as the role, nothing granted yet", "AccessDeniedException", decrypt)
    on_role("allow", "Allow")
    case("Decrypt as the role, IAM allows", OK, decrypt)
    on_role("deny", "Deny")
    case("Decrypt as the role, IAM denies too", "AccessDeniedException", decrypt)
    iam.delete_role_policy(RoleName=name, PolicyName="deny")
    case("Decrypt as the role, the Deny is gone", OK, decrypt)

    by_account = grant(Principal={"AWS": f"arn:aws:iam::{account}:root"})
    by_admin = grant(Principal={"AWS": f"arn:aws:iam::{account}:user/admin"})
    use = ["kms:Encrypt", "kms:Decrypt"]
    put = lambda *statements: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(*statements))
    case("PutKeyPolicy, Deny naming the role", OK, lambda: put(by_account, grant("Deny", use, Principal={"AWS": arn})))
    case("Decrypt as the role against that Deny", "AccessDeniedException", decrypt)
    put(by_account, grant("Deny", use, Principal="*", Condition={"ArnEquals": {"aws:PrincipalArn": arn}}))
    case("Decrypt as the role, Deny on * by condition", "AccessDeniedException", decrypt)
    put(by_account)
    case("Decrypt as the role, key policy restored", OK, decrypt)
    put(by_admin)
    case("Decrypt as the role, key policy omits it", "AccessDeniedException", decrypt)
    put(by_account)
    case("PutKeyPolicy that locks its author out", "MalformedPolicyDocumentException",
         lambda: put(grant(Principal={"AWS": arn})))
    case("PutKeyPolicy with an unknown operator", "MalformedPolicyDocumentException",
         lambda: put(by_account, grant(Principal="*", Condition={"StringIsh": {"aws:PrincipalArn": arn}})))
    case("PutKeyPolicy naming nobody", "MalformedPolicyDocumentException",
         lambda: put(by_account, grant(Principal={"AWS": f"arn:aws:iam::{account}:user/nobody"})))


def credentials(key, session, admin, root):
    describe = lambda kms: lambda: kms.describe_key(KeyId=key)
    wrong = "wrongwrongwrongwrongwrongwrongwrongwrong"
    case("KMS, unknown access key", "UnrecognizedClientException", describe(client("kms", "AKIAUNKNOWN000000000", wrong)))
    case("KMS, bogus session token", "UnrecognizedClientException", describe(as_session("kms", session, token="bogus")))
    case("KMS, session without its token", "UnrecognizedClientException", describe(as_session("kms", session, token=None)))
    case("KMS, wrong secret", "InvalidSignatureException", describe(as_session("kms", session, secret=wrong)))
    case("STS, unknown access key", "InvalidClientTokenId", client("sts", "AKIAUNKNOWN000000000", wrong).get_caller_identity)
    case("STS, wrong secret", "SignatureDoesNotMatch", client("sts", admin[0], wrong).get_caller_identity)
    case("AssumeRole as root", "AccessDenied", lambda: client("sts", *root).assume_role(
        RoleArn="arn:aws:iam::111122223333:role/any", RoleSessionName="probe"))


def access_keys(iam):
    name = f"probe-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    who = client("sts", made["AccessKeyId"], made["SecretAccessKey"]).get_caller_identity
    turn = lambda to: iam.update_access_key(UserName=name, AccessKeyId=made["AccessKeyId"], Status=to)
    case("GetCallerIdentity as a new user", OK, who, lambda r: r["Arn"].endswith(f":user/{name}"))
    case("UpdateAccessKey to Inactive", OK, lambda: turn("Inactive"))
    case("GetCallerIdentity, key inactive", "InvalidClientTokenId", who)
    case("UpdateAccessKey to Active", OK, lambda: turn("Active"))
    case("GetCallerIdentity, key active again", OK, who)
    case("DeleteUser that has a key", "DeleteConflict", lambda: iam.delete_user(UserName=name))
    case("DeleteAccessKey", OK, lambda: iam.delete_access_key(UserName=name, AccessKeyId=made["AccessKeyId"]))
    case("DeleteUser", OK, lambda: iam.delete_user(UserName=name))
    case("GetUser, deleted", "NoSuchEntity", lambda: iam.get_user(UserName=name))


def main():
    global endpoint
    endpoint = sys.argv[1].rstrip("/")
    if urlsplit(endpoint).hostname not in ("127.0.0.1", "::1", "localhost"):
        sys.exit("loopback endpoints only")
    given = json.loads(sys.stdin.readline())
    admin, root = [(given[who]["accessKeyId"], given[who]["secretAccessKey"]) for who in ("admin", "root")]
    kms, sts, iam = (client(service, *admin) for service in ("kms", "sts", "iam"))
    account = sts.get_caller_identity()["Account"]
    print(f"boto3 {boto3.__version__} against {endpoint}, account {account}")

    key, arn, other = keys(kms, account)
    opens = cryptography(kms, key, arn, other)
    states(kms, key, other, opens)
    rotation(kms, key, opens)
    wire(admin)
    role = roles(sts, iam, account)
    sealed = kms.encrypt(KeyId=key, Plaintext=PLAIN, EncryptionContext=CONTEXT)["CiphertextBlob"]
    policies(kms, iam, account, key,
             lambda by: by.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT), role)
    credentials(key, role[2], admin, root)
    access_keys(iam)
    vpc_endpoints.ask(table, lambda service, who=admin: client(service, *who), iam, given, key)

    table.close()


if __name__ == "__main__":
    main()
