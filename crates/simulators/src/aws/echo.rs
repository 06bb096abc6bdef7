//! Bench only: answers plausibly at the least cost and checks nothing, neither signature nor policy
//! nor state, so that a measurement shows the client and not the simulator. A ciphertext is the plaintext
//! with a prefix. Faults do not act here. Only `Options::echo` leads here.
//! It must not know the state.

use bytes::Bytes;
use http::{HeaderValue, header};
use http_body_util::Full;
use serde::Deserialize;

use crate::door::{Answer, Incoming};

/// Base64 of three bytes, so that base64 of the plaintext may follow it as it is.
const FRAME: &str = "RUNI";

const ACCOUNT: &str = "111122223333";
const XML: HeaderValue = HeaderValue::from_static("text/xml");
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Fields<'a> {
    #[serde(borrow)]
    key_id: Option<&'a str>,
    #[serde(borrow)]
    plaintext: Option<&'a str>,
    #[serde(borrow)]
    ciphertext_blob: Option<&'a str>,
}

/// Gives the operation's name and the answer.
pub(crate) fn answer(request: &Incoming) -> (&'static str, Answer) {
    match request.header("x-amz-target") {
        Some(target) => {
            // What does not read is answered as if nothing had been asked for.
            let fields: Fields<'_> = serde_json::from_slice(&request.body).unwrap_or_default();
            let key = arn(fields.key_id.unwrap_or("alias/none"), request);
            match target {
                "TrentService.Encrypt" => ("Encrypt", json(encrypted(&fields, &key))),
                "TrentService.Decrypt" => ("Decrypt", json(decrypted(&fields, &key))),
                "TrentService.DescribeKey" => ("DescribeKey", json(described(&key))),
                "TrentService.ListResourceTags" => {
                    ("ListResourceTags", json(r#"{"Tags":[],"Truncated":false}"#.to_owned()))
                }
                _ => ("unknown", json(r#"{"__type":"UnknownOperationException"}"#.to_owned())),
            }
        }
        None if request.body.windows(17).any(|part| part == b"Action=AssumeRole") => ("AssumeRole", xml(&ASSUMED)),
        None => ("GetCallerIdentity", xml(&IDENTITY)),
    }
}

fn encrypted(fields: &Fields<'_>, key: &str) -> String {
    let plaintext = fields.plaintext.unwrap_or_default();
    format!(r#"{{"CiphertextBlob":"{FRAME}{plaintext}","EncryptionAlgorithm":"SYMMETRIC_DEFAULT","KeyId":"{key}"}}"#)
}

fn decrypted(fields: &Fields<'_>, key: &str) -> String {
    let blob = fields.ciphertext_blob.unwrap_or_default();
    let plaintext = blob.strip_prefix(FRAME).unwrap_or_default();
    format!(r#"{{"EncryptionAlgorithm":"SYMMETRIC_DEFAULT","KeyId":"{key}","Plaintext":"{plaintext}"}}"#)
}

fn described(key: &str) -> String {
    let id = key.rsplit('/').next().unwrap_or_default();
    let account = key.split(':').nth(4).unwrap_or(ACCOUNT);
    format!(
        r#"{{"KeyMetadata":{{"AWSAccountId":"{account}","Arn":"{key}","CreationDate":1700000000.0,"CustomerMasterKeySpec":"SYMMETRIC_DEFAULT","Description":"","Enabled":true,"EncryptionAlgorithms":["SYMMETRIC_DEFAULT"],"KeyId":"{id}","KeyManager":"CUSTOMER","KeySpec":"SYMMETRIC_DEFAULT","KeyState":"Enabled","KeyUsage":"ENCRYPT_DECRYPT","MultiRegion":false,"Origin":"AWS_KMS"}}}}"#
    )
}

/// An ARN as it came; of a bare id, one in the region that the request is signed for.
fn arn(key: &str, request: &Incoming) -> String {
    if key.starts_with("arn:") {
        return key.to_owned();
    }
    let region = request.header("authorization").and_then(|header| header.split('/').nth(2)).unwrap_or("us-east-1");
    let id = key.strip_prefix("alias/").unwrap_or(key);
    super::arn::kms_key(region, ACCOUNT, id)
}

const ASSUMED: Bytes = Bytes::from_static(
    b"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
<AccessKeyId>ASIAECHOECHOECHOECHO</AccessKeyId><SecretAccessKey>echoechoechoechoechoechoechoechoechoecho</SecretAccessKey>\
<SessionToken>echo</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>\
<AssumedRoleId>AROAECHOECHOECHOECHO:echo</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/echo/echo</Arn>\
</AssumedRoleUser></AssumeRoleResult><ResponseMetadata><RequestId>echo</RequestId></ResponseMetadata></AssumeRoleResponse>",
);

const IDENTITY: Bytes = Bytes::from_static(
    b"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
<Arn>arn:aws:iam::111122223333:user/echo</Arn><UserId>AIDAECHOECHOECHOECHO</UserId><Account>111122223333</Account>\
</GetCallerIdentityResult><ResponseMetadata><RequestId>echo</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
);

fn json(body: String) -> Answer {
    build(Bytes::from(body), JSON)
}

fn xml(body: &Bytes) -> Answer {
    build(body.clone(), XML)
}

fn build(body: Bytes, kind: HeaderValue) -> Answer {
    let mut answer = Answer::new(Full::new(body));
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}
