//! The ways by which a key's calls reach KMS: the public address, or the project's endpoints one after the other and
//! nothing else. Every endpoint of a project has a client of its own, pinned to its name and addresses.
//! Must not know what is asked of a key, nor how endpoints are made.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_kms::types::KeyMetadata;
use domain::customer_key::CustomerKey;
use domain::customer_key::aws_kms::AwsKms;
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{KeyPath, Route, routes_for};
use domain::secret::SecretBytes;
use domain::validity::{Reason, TransientReason};
use tokio::time::Instant;
use url::Url;

use super::Aws;
use super::classify::Refused;
use super::client::{Door, Encrypted, EncryptionContext, TenantCredentials, Wire};
use super::http;
use crate::pin::Pin;
use crate::private_endpoint::is_within;
use crate::trusted_roots::TrustedRoots;

/// Clients of endpoints that are kept at most; about 100 KiB each, mostly certificates.
const MOST_DOORS: usize = 1024;
/// How long an endpoint that could not be reached is tried after the others.
const SHUNNED: Duration = Duration::from_secs(10);

/// The ways to one key, in the order to try them.
pub(super) struct Way {
    doors: Vec<PrivateDoor>,
    /// What is said where there is none.
    nowhere: TransientReason,
    /// The key's own region.
    home: String,
}

/// A door, and when it was last found shut.
#[derive(Debug, Clone)]
struct PrivateDoor {
    door: Door,
    shut_at: Arc<Mutex<Option<Instant>>>,
}

impl PrivateDoor {
    fn new(door: Door) -> Self {
        Self { door, shut_at: Arc::default() }
    }

    fn is_shut(&self) -> bool {
        let shut_at = *self.shut_at.lock().unwrap_or_else(PoisonError::into_inner);
        shut_at.is_some_and(|at| at.elapsed() < SHUNNED)
    }

    /// Makes a call by it and tells besides whether nobody answered. That is remembered, also of a call that is given
    /// up before anybody answers: a caller in haste must find the other doors first the next time.
    async fn call<T>(&self, call: impl Future<Output = Result<T, Refused>>) -> (Result<T, Refused>, bool) {
        let mut knock = Knock { door: self, shut: true };
        let answer = call.await;
        knock.shut = answer.as_ref().is_err_and(unreached);
        let shut = knock.shut;
        (answer, shut)
    }
}

/// A call under way.
struct Knock<'d> {
    door: &'d PrivateDoor,
    shut: bool,
}

impl Drop for Knock<'_> {
    fn drop(&mut self) {
        *self.door.shut_at.lock().unwrap_or_else(PoisonError::into_inner) = self.shut.then(Instant::now);
    }
}

/// Tells whether a call failed before anybody answered it: then another endpoint may be tried.
fn unreached(refused: &Refused) -> bool {
    use TransientReason::{AddressRefused, Connect, Dns, Timeout, Tls};
    matches!(refused.failure.reason, Reason::Transient(AddressRefused | Connect | Dns | Timeout | Tls))
}

impl Way {
    /// Finds the ways to a key. A private path leads by its endpoints alone, however few there are.
    pub(super) fn to(aws: &Aws, project: ProjectId, settings: &AwsKms, path: &KeyPath) -> Self {
        let home = settings.region.aws_name();
        let way = |doors, nowhere| Self { doors, nowhere, home: home.clone() };
        match routes_for(&CustomerKey::AwsKms(settings.clone()), path) {
            KeyPath::Public => {
                way(vec![PrivateDoor::new(aws.clients.public(&home))], TransientReason::NoPrivateEndpoint)
            }
            KeyPath::Private(routes) => {
                let mut nowhere = TransientReason::NoPrivateEndpoint;
                let mut doors = Vec::new();
                for route in &routes {
                    match aws.door(project, route) {
                        Ok(door) => doors.push(door),
                        Err(reason) => nowhere = reason,
                    }
                }
                way(doors, nowhere)
            }
        }
    }

    /// Those found shut a moment ago come last.
    fn in_order(&self) -> impl Iterator<Item = &PrivateDoor> {
        let open = self.doors.iter().filter(|door| !door.is_shut());
        let shut: Vec<_> = self.doors.iter().filter(|door| door.is_shut()).collect();
        open.collect::<Vec<_>>().into_iter().chain(shut)
    }

    fn nowhere(&self) -> Refused {
        Refused::silent(Reason::Transient(self.nowhere))
    }

    /// Makes a call at the first door that anybody answers at.
    /// Errors: what was said there; what kept the last door shut; that there is none.
    async fn at_the_first<'w, T, F>(&'w self, call: impl Fn(&'w Door) -> F) -> Result<T, Refused>
    where
        F: Future<Output = Result<T, Refused>>,
    {
        let mut last = Err(self.nowhere());
        for way in self.in_order() {
            let (answer, shut) = way.call(call(&way.door)).await;
            last = answer;
            if !shut {
                break;
            }
        }
        last
    }

    pub(super) async fn describe_key(&self, who: &TenantCredentials, key: &str) -> Result<KeyMetadata, Refused> {
        self.at_the_first(|door| async move { door.describe_key(who, &name_in(key, &door.region)).await }).await
    }

    /// The key's name in the answer is that of its own region, whichever replica encrypted.
    pub(super) async fn encrypt(
        &self,
        who: &TenantCredentials,
        key: &str,
        plaintext: &SecretBytes<32>,
        context: &EncryptionContext,
    ) -> Result<Encrypted, Refused> {
        let encrypted = self
            .at_the_first(
                |door| async move { door.encrypt(who, &name_in(key, &door.region), plaintext, context).await },
            )
            .await?;
        Ok(Encrypted { key_arn: name_in(&encrypted.key_arn, &self.home).into_owned(), ..encrypted })
    }

    pub(super) async fn decrypt(
        &self,
        who: &TenantCredentials,
        key: &str,
        ciphertext: &[u8],
        context: &EncryptionContext,
    ) -> Result<SecretBytes<32>, Refused> {
        self.at_the_first(
            |door| async move { door.decrypt(who, &name_in(key, &door.region), ciphertext, context).await },
        )
        .await
    }
}

/// Gives the name that a key has in a region: the ARN of a multi-Region key names the region of the replica meant. Any
/// other name is the same everywhere, or means nothing elsewhere.
/// Source: KMS developer guide, "Multi-Region keys".
fn name_in<'k>(key: &'k str, region: &str) -> Cow<'k, str> {
    let parts: Vec<&str> = key.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "kms", named, account, resource]
            if resource.starts_with("key/mrk-") && !region.is_empty() && *named != region =>
        {
            Cow::Owned(format!("arn:{partition}:kms:{region}:{account}:{resource}"))
        }
        _ => Cow::Borrowed(key),
    }
}

/// The clients of endpoints, by project and endpoint. None is ever used for another's calls, nor for public ones.
pub(super) struct PrivateDoors {
    wire: Wire,
    trust: TrustedRoots,
    kept: Mutex<HashMap<(ProjectId, PrivateEndpointId), Kept>>,
}

struct Kept {
    pin: Pin,
    door: PrivateDoor,
    used_at: Instant,
}

impl PrivateDoors {
    pub(super) fn new(wire: Wire, trust: TrustedRoots) -> Self {
        Self { wire, trust, kept: Mutex::default() }
    }

    /// Drops the clients of a project, with their connections.
    pub(super) fn forget(&self, project: ProjectId) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _), _| *of != project);
    }

    fn door(
        &self,
        id: (ProjectId, PrivateEndpointId),
        region: &str,
        (url, pin): (Url, Pin),
    ) -> Result<PrivateDoor, TransientReason> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get_mut(&id).filter(|known| known.pin == pin) {
            known.used_at = Instant::now();
            return Ok(known.door.clone());
        }
        let speaks_tls = url.scheme() == "https";
        // What built one client builds two; and if not, nothing is sent.
        let http = http::pinned(&self.trust, speaks_tls, pin.clone()).map_err(|_| TransientReason::Tls)?;
        let wire = Wire { http, kms_endpoint: Some(url.to_string()), ..self.wire.clone() };
        let door = PrivateDoor::new(Door { kms: wire.kms(region), region: region.to_owned() });
        if kept.len() >= MOST_DOORS
            && let Some(oldest) = kept.iter().min_by_key(|(_, kept)| kept.used_at).map(|(id, _)| *id)
        {
            kept.remove(&oldest);
        }
        kept.insert(id, Kept { pin, door: door.clone(), used_at: Instant::now() });
        Ok(door)
    }
}

impl Aws {
    /// Gives the client of one endpoint.
    /// Errors: `NO_PRIVATE_ENDPOINT` while its name or address is not known; `ADDRESS_REFUSED` where they are not such
    /// as an endpoint in the operator's own place has.
    fn door(&self, project: ProjectId, route: &Route) -> Result<PrivateDoor, TransientReason> {
        let networks = self.endpoints.networks(&route.region).ok_or(TransientReason::AddressRefused)?;
        let region = route.region.aws_name().ok_or(TransientReason::AddressRefused)?;
        let name = route.dns_name.as_deref().ok_or(TransientReason::NoPrivateEndpoint)?;
        let ours = route.addresses.iter().all(|address| is_within(networks, *address));
        if !ours || !is_endpoint_name(name, &region) {
            return Err(TransientReason::AddressRefused);
        }
        let url = self.private_url(name)?;
        let pin = Pin::new(&url, route.addresses.clone())?;
        self.private_doors.door((project, route.endpoint), &region, (url, pin))
    }

    /// Gives where an endpoint's KMS is: scheme and port are those of the operator's KMS, if he set one.
    fn private_url(&self, name: &str) -> Result<Url, TransientReason> {
        let like = self.private_doors.wire.kms_endpoint.as_deref().unwrap_or("https://kms.invalid/");
        let mut url = Url::parse(like).map_err(|_| TransientReason::AddressRefused)?;
        url.set_host(Some(name)).map_err(|_| TransientReason::AddressRefused)?;
        Ok(url)
    }
}

/// Tells whether a name is one that AWS gives to an endpoint of KMS in that region.
/// Source: AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint".
fn is_endpoint_name(name: &str, region: &str) -> bool {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let label = name.strip_suffix(&format!(".kms.{region}.vpce.{domain}"));
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    label.is_some_and(|label| label.starts_with("vpce-") && label.bytes().all(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_named_by_its_region() {
        let check = |key: &str, region: &str, expected: &str| assert_eq!(name_in(key, region), expected, "{key}");
        let arn = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
        check(arn, "us-east-1", arn);
        check(arn, "eu-west-1", "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab");
        check("mrk-1234abcd12ab34cd56ef1234567890ab", "eu-west-1", "mrk-1234abcd12ab34cd56ef1234567890ab");
        for other in [
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn:aws:kms:us-east-1:111122223333:alias/mrk-1",
            "alias/one",
            "",
        ] {
            check(other, "eu-west-1", other);
        }
    }

    #[test]
    fn only_names_of_aws_are_endpoints() {
        let check = |name: &str, region: &str, expected| assert_eq!(is_endpoint_name(name, region), expected, "{name}");
        check("vpce-0123456789abcdef0-01234567.kms.us-east-1.vpce.amazonaws.com", "us-east-1", true);
        check("vpce-0-0-us-east-1a.kms.us-east-1.vpce.amazonaws.com", "us-east-1", true);
        check("vpce-0-0.kms.cn-north-1.vpce.amazonaws.com.cn", "cn-north-1", true);
        check("vpce-0-0.kms.us-east-2.vpce.amazonaws.com", "us-east-1", false);
        check("vpce-0-0.sts.us-east-1.vpce.amazonaws.com", "us-east-1", false);
        check("vpce-0-0.kms.us-east-1.vpce.amazonaws.com.evil.example", "us-east-1", false);
        check("evil.example/vpce-0.kms.us-east-1.vpce.amazonaws.com", "us-east-1", false);
        check("kms.us-east-1.amazonaws.com", "us-east-1", false);
        check("", "us-east-1", false);
    }
}
