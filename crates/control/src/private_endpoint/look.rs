//! Asking the cloud for an endpoint, and what it says of one. No transaction is open meanwhile, and each call has an
//! end well before its claim has. Must not know tables, nor what becomes of the row.

use std::time::Duration;

use domain::customer_key::CustomerKey;
use domain::private_endpoint::{CloudRecord, EndpointState, Happening, PrivateEndpoint, PrivateProvider, Refusal};
use providers::Deadline;
use providers::private_endpoint::{Asked, EndpointTrouble, Found, Seen, Wanted};
use storage::ProjectSnapshot;

use super::change::{Finding, LONGEST_PAUSE};
use super::step::EndpointMemory;
use crate::Control;

/// How long a name that could not be read is left alone: whoever may not read it now may hardly read it a moment later.
const NAME_AGAIN: Duration = Duration::from_secs(300);

/// One endpoint and whose it is.
pub(super) struct Look<'l> {
    pub(super) control: &'l Control,
    pub(super) memory: &'l EndpointMemory,
    pub(super) seen: &'l PrivateEndpoint,
    pub(super) snapshot: &'l ProjectSnapshot,
    pub(super) key: &'l CustomerKey,
    pub(super) instance: &'l str,
}

impl Look<'_> {
    /// Has the endpoint made, or looks how far it is.
    pub(super) async fn make(&self) -> Finding {
        let mut cloud = self.seen.cloud.clone();
        if !cloud.asked {
            // Written down before anybody is asked: what may exist is looked for until it is found or known to be gone.
            cloud.asked = true;
            return Finding::nothing(cloud).again_in(Duration::ZERO);
        }
        let answered = cloud.resource.is_some() || cloud.operation.is_some();
        let found = if answered { self.watch().await } else { self.ask(cloud).await };
        self.in_time(found)
    }

    /// Looks at an endpoint that was made.
    pub(super) async fn watch(&self) -> Finding {
        let seen = self.control.providers().see_endpoint(&self.wanted(self.seen), self.deadline()).await;
        let found = self.understand(seen);
        self.with_connection_name(found).await
    }

    /// Gives when a call that begins now ends at the latest.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.control.timings().endpoint_call)
    }

    pub(super) fn wanted<'w>(&'w self, endpoint: &'w PrivateEndpoint) -> Wanted<'w> {
        Wanted { endpoint, instance: self.instance, key: self.key, project: self.seen.project }
    }

    /// Asks for it. The name is always the same, so that asking twice makes one.
    async fn ask(&self, mut cloud: CloudRecord) -> Finding {
        match self.control.providers().make_endpoint(&self.wanted(self.seen), self.deadline()).await {
            Asked::Accepted { resource, operation } => {
                cloud.resource = resource.or(cloud.resource);
                cloud.operation = operation;
                cloud.failures = 0;
                Finding::nothing(cloud)
            }
            Asked::Refused(words) => Finding::of(cloud, Happening::CreationRefused).saying(words.as_str()),
            Asked::Later { why, after } => Finding::trouble(cloud, why.as_str(), after),
        }
    }

    fn understand(&self, seen: Result<Seen, EndpointTrouble>) -> Finding {
        let mut cloud = self.seen.cloud.clone();
        let seen = match seen {
            Ok(seen) => seen,
            Err(trouble) => return Finding::trouble(cloud, trouble.words.as_str(), trouble.after),
        };
        cloud.failures = 0;
        let making = self.seen.state == EndpointState::Initiating;
        match seen {
            Seen::Making => Finding::nothing(cloud),
            // Not there yet, gone again, or broken off: it is asked for once more.
            Seen::Nothing if making => Finding::trouble(self.anew(), "the cloud does not know it", None),
            Seen::Faltered(words) if making => Finding::trouble(self.anew(), words.as_str(), None),
            Seen::Faltered(_) => Finding::nothing(cloud),
            Seen::Nothing => Finding::of(cloud, Happening::SeenRefused(Refusal::ResourceGone)),
            Seen::Pending(found) => {
                take_over(&mut cloud, found);
                Finding::of(cloud, Happening::SeenPending)
            }
            Seen::Approved(found) => {
                take_over(&mut cloud, found);
                // One without an address is not there for us yet.
                let usable = !cloud.addresses.is_empty();
                if usable { Finding::of(cloud, Happening::SeenApproved) } else { Finding::nothing(cloud) }
            }
            Seen::Refused(found, refusal) => {
                take_over(&mut cloud, found);
                Finding::of(cloud, Happening::SeenRefused(refusal))
            }
            Seen::Failed(words) => Finding::of(cloud, Happening::CreationRefused).saying(words.as_str()),
        }
    }

    /// What is known of an endpoint that has to be asked for again.
    fn anew(&self) -> CloudRecord {
        CloudRecord { asked: true, failures: self.seen.cloud.failures, ..CloudRecord::default() }
    }

    /// Reads the name that the vault's owner sees, seldom if it cannot be read.
    async fn with_connection_name(&self, mut found: Finding) -> Finding {
        let visible = matches!(found.happening, Some(Happening::SeenPending | Happening::SeenApproved));
        let azure = self.seen.region.provider() == PrivateProvider::AzureKeyVault;
        let lately = self.memory.names.age(self.seen.id).is_some_and(|age| age < NAME_AGAIN);
        if !visible || !azure || found.cloud.connection_name.is_some() || lately {
            return found;
        }
        self.memory.names.note(self.seen.id);
        let row = PrivateEndpoint { cloud: found.cloud.clone(), ..self.seen.clone() };
        let role = self.key.provider_role().and_then(|role| self.snapshot.roles.get(&role));
        let (project, deadline) = (self.seen.project, self.deadline());
        let providers = self.control.providers();
        found.cloud.connection_name = providers.connection_name(project, self.key, role, &row, deadline).await;
        found
    }

    /// Ends the making when its time is over, and looks again no later than then.
    fn in_time(&self, found: Finding) -> Finding {
        if found.happening.is_some() {
            return found;
        }
        let (now, limit) = (self.control.now(), self.control.timings().endpoint_timeout);
        let (ends, wait) = (self.seen.start_at + limit, found.wait);
        if now >= ends {
            let last = found.words.as_deref().unwrap_or("the cloud is still making it");
            let words = format!("not made within {}: {last}", spoken(limit));
            return Finding::of(found.cloud, Happening::TimedOut).saying(&words);
        }
        Finding { wait: wait.map(|wait| wait.min(ends.since(now))), ..found }
    }
}

/// Takes over what was seen. What was not seen this time is as it was.
fn take_over(cloud: &mut CloudRecord, found: Found) {
    // What our end calls the connection is not what the vault's owner finds it under.
    let Found { resource, connection_name: _, dns_name, mut addresses } = found;
    cloud.resource = resource.or(cloud.resource.take());
    cloud.dns_name = dns_name.or(cloud.dns_name.take());
    // Each time in the same order, whatever the cloud's is.
    addresses.sort_unstable();
    if !addresses.is_empty() {
        cloud.addresses = addresses;
    }
    // It is over once the endpoint is there.
    cloud.operation = None;
}

fn spoken(time: Duration) -> String {
    match time.as_secs() {
        60 => "a minute".to_owned(),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        _ => format!("{} s", time.as_secs_f64()),
    }
}

/// Says that the operator took the region's place away.
pub(super) fn unplaced(endpoint: &PrivateEndpoint) -> Finding {
    let words = format!("the operator has no place for endpoints in {} any more", endpoint.region.as_str());
    Finding::of(endpoint.cloud.clone(), Happening::CreationRefused).saying(&words)
}

/// Says that the project's key is gone, which nothing should have allowed.
pub(super) fn keyless(endpoint: &PrivateEndpoint) -> Finding {
    let provider = endpoint.region.provider().provider().title();
    let words = format!("{provider} is not enabled in the project any more");
    match endpoint.state {
        EndpointState::Initiating | EndpointState::PendingAcceptance | EndpointState::Active => {
            Finding::of(endpoint.cloud.clone(), Happening::CreationRefused).saying(&words)
        }
        EndpointState::Failed | EndpointState::PendingRecreation | EndpointState::Deleting => {
            Finding::nothing(endpoint.cloud.clone()).saying(&words).again_in(LONGEST_PAUSE)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn times_are_spoken_as_people_set_them() {
        for (seconds, expected) in [(1200, "20 minutes"), (60, "a minute"), (90, "90 s"), (5, "5 s")] {
            assert_eq!(spoken(Duration::from_secs(seconds)), expected);
        }
        assert_eq!(spoken(Duration::from_millis(250)), "0.25 s");
    }

    #[test]
    fn what_is_not_seen_this_time_is_as_it_was() {
        let known = CloudRecord {
            asked: true,
            resource: Some("r".to_owned()),
            operation: Some("o".to_owned()),
            connection_name: Some("c".to_owned()),
            addresses: vec![[10, 0, 0, 4].into()],
            ..CloudRecord::default()
        };
        let mut cloud = known.clone();
        let nothing = Found { resource: None, connection_name: None, dns_name: None, addresses: Vec::new() };
        take_over(&mut cloud, nothing);
        assert_eq!(cloud, CloudRecord { operation: None, ..known });
        let addresses = vec![[10, 0, 0, 9].into(), [10, 0, 0, 5].into()];
        let more = Found { resource: None, connection_name: None, dns_name: Some("d".to_owned()), addresses };
        take_over(&mut cloud, more);
        assert_eq!(cloud.addresses, [IpAddr::from([10, 0, 0, 5]), IpAddr::from([10, 0, 0, 9])]);
        assert_eq!(cloud.dns_name.as_deref(), Some("d"));
    }
}
