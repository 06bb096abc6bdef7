//! What a mail says: what is wrong, since when, which clusters suffer, what to do. Plain text, written for somebody who
//! is woken up by it. Must not know who gets it.

use domain::alert::{AlertKind, AlertState};
use domain::notice::{AlertNotice, NoticeContent, NoticeKind};
use domain::secret::SecretText;
use domain::time::Timestamp;
use storage::PendingNotice;
use time::OffsetDateTime;
use time::macros::format_description;

/// A mail, written.
pub(super) struct Written {
    pub(super) subject: String,
    pub(super) text: SecretText,
}

/// Writes a notice as a mail.
pub(super) fn write(notice: &PendingNotice, base_url: Option<&str>) -> Written {
    match &notice.content {
        NoticeContent::Letter { subject, text } => {
            Written { subject: subject.clone(), text: SecretText::new(text.expose().to_owned()) }
        }
        NoticeContent::Alert(alert) => {
            Written { subject: subject(notice.kind, alert), text: SecretText::new(text(notice.kind, alert, base_url)) }
        }
    }
}

fn subject(kind: NoticeKind, alert: &AlertNotice) -> String {
    let word = match kind {
        NoticeKind::Opened | NoticeKind::Letter => "OPEN",
        NoticeKind::Reminder => "STILL OPEN",
        NoticeKind::Resolved => "RESOLVED",
    };
    format!("[Atrest] {word}: {} ({})", headline(alert.kind), alert.project_name)
}

fn text(news: NoticeKind, alert: &AlertNotice, base_url: Option<&str>) -> String {
    let AlertNotice { kind, state, project, project_name, org_name, reason, detail, ends_at, clusters, .. } = alert;
    let mut lines = vec![format!("{}.", headline(*kind)), String::new()];
    let mut say = |name: &str, value: &str| lines.push(format!("{name:<12} {value}"));
    say("Project:", &format!("{project_name} ({project})"));
    say("Organization:", org_name);
    say("Alert:", kind.name());
    say("Status:", state.name());
    say("Severity:", alert.severity.name());
    if let Some(provider) = kind.provider() {
        say("Provider:", provider.title());
    }
    if let Some(reason) = reason {
        say("Reason:", reason);
    }
    if let Some(detail) = detail {
        say("Detail:", detail);
    }
    if let Some(ends_at) = ends_at {
        say("Date:", &moment(*ends_at));
    }
    say("Since:", &moment(alert.created_at));
    if let Some(resolved_at) = alert.resolved_at {
        say("Resolved:", &moment(resolved_at));
    }
    if let (Some(until), Some(by)) = (alert.acknowledged_until, &alert.acknowledged_by) {
        say("Noted by:", &format!("{by}, until {}", moment(until)));
    }
    if !clusters.is_empty() {
        let names: Vec<&str> = clusters.iter().map(|name| name.as_str()).collect();
        say("Clusters:", &names.join(", "));
    }
    lines.push(String::new());
    lines.push(match (news, state) {
        (NoticeKind::Resolved, AlertState::Cancelled) => {
            "The alert's configuration was switched off or changed; nobody looks any more.".to_owned()
        }
        (NoticeKind::Resolved, AlertState::Tracking | AlertState::Open | AlertState::Closed) => {
            "This is over. Nothing is left to do.".to_owned()
        }
        (NoticeKind::Opened | NoticeKind::Reminder | NoticeKind::Letter, _) => {
            format!("What to do: {}", what_to_do(*kind))
        }
    });
    if let Some(base_url) = base_url {
        lines.push(String::new());
        lines.push(format!("{base_url}/api/atlas/v2/groups/{project}/alerts/{}", alert.alert));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn headline(kind: AlertKind) -> String {
    match kind {
        AlertKind::KeyInvalid(provider) => format!("The customer key in {} cannot be used", provider.title()),
        AlertKind::KeyNeedsRotation(provider) => {
            format!("The customer key in {} is due for rotation", provider.title())
        }
        AlertKind::KeyExpiring(provider) => {
            format!("The customer key or secret for {} expires soon", provider.title())
        }
        AlertKind::KeyPendingDeletion(provider) => {
            format!("The customer key in {} is going to be deleted", provider.title())
        }
        AlertKind::NetworkAccessDenied => "A key provider cannot be reached".to_owned(),
        AlertKind::ConfigNoLongerValid => "Encryption at rest has no usable customer key".to_owned(),
        AlertKind::ConfigUpdateStalled => "The change to a new customer key takes too long".to_owned(),
        AlertKind::PrivateEndpointUnapproved => "A private endpoint waits for its approval".to_owned(),
        AlertKind::PrivateEndpointRejected => "A private endpoint was rejected or removed".to_owned(),
        AlertKind::PrivateEndpointFailed => "A private endpoint could not be made".to_owned(),
        AlertKind::NodeCertificatesOverlap => "A node uses two certificates at once".to_owned(),
        AlertKind::NodeAddressChanged => "A node asked for keys from another address".to_owned(),
        AlertKind::MasterKeyDestroyed => "A node's master key was destroyed".to_owned(),
        AlertKind::ClusterDeleted => "A cluster was deleted".to_owned(),
        AlertKind::ProjectDeleted => "A project was deleted".to_owned(),
    }
}

const fn what_to_do(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::KeyInvalid(_) => {
            "enable the key again at the provider, or give Atrest's identity its permissions back. Until then the \
             clusters named above get no keys: a node that restarts does not come up, and frozen clusters stay so."
        }
        AlertKind::KeyNeedsRotation(_) => {
            "make a new key or key version at the provider and name it in the project's encryption settings. Keep the \
             old one until the list of customer keys says that nothing needs it."
        }
        AlertKind::KeyExpiring(_) => {
            "make a new key version or a new secret at the provider before the date above, and name it in the \
             project's encryption settings."
        }
        AlertKind::KeyPendingDeletion(_) => {
            "cancel the deletion at the provider before the date above. Afterwards nobody can bring the key back, and \
             what it protects is lost."
        }
        AlertKind::NetworkAccessDenied => {
            "look at firewalls, name servers and private endpoints between Atrest and the provider. Keys in memory serve \
             for a while; afterwards nodes that restart do not come up."
        }
        AlertKind::ConfigNoLongerValid => {
            "put the key or the credentials right at the provider; Atrest notices by itself within a minute."
        }
        AlertKind::ConfigUpdateStalled => {
            "see that both the old and the new customer key can be used: the change needs both until it is done."
        }
        AlertKind::PrivateEndpointUnapproved => {
            "approve the connection at the key vault: its networking page lists it under private endpoint connections."
        }
        AlertKind::PrivateEndpointRejected => {
            "approve the connection that takes its place at the key vault, or remove the endpoint."
        }
        AlertKind::PrivateEndpointFailed => {
            "read its error message, put right what it names, then delete the endpoint and make it again."
        }
        AlertKind::NodeCertificatesOverlap => {
            "if nobody has just renewed the node's certificate, somebody has copied it: revoke the node and enrol it anew."
        }
        AlertKind::NodeAddressChanged => {
            "if nobody has moved the node, somebody has copied its certificate: revoke the node and enrol it anew."
        }
        AlertKind::MasterKeyDestroyed => {
            "if this was not meant, an owner can bring the key back until it is wiped for good."
        }
        AlertKind::ClusterDeleted | AlertKind::ProjectDeleted => {
            "if this was not meant, an owner can bring it back until its keys are wiped for good."
        }
    }
}

/// Writes a moment for people.
fn moment(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    let moment = OffsetDateTime::from_unix_timestamp(at.as_secs()).ok();
    moment.and_then(|moment| moment.format(format).ok()).unwrap_or_else(|| at.as_secs().to_string())
}

#[cfg(test)]
mod tests {
    use domain::alert::{Severity, Subject};
    use domain::cluster::ClusterName;
    use domain::customer_key::ProviderKind;
    use domain::id::{AlertConfigId, AlertId, OrgId, ProjectId};

    use super::*;

    fn alert(kind: AlertKind, state: AlertState) -> AlertNotice {
        AlertNotice {
            alert: AlertId::from_random([1; 12]),
            config: AlertConfigId::from_random([2; 12]),
            kind,
            subject: Subject::Project,
            state,
            severity: Severity::Critical,
            org: OrgId::from_random([3; 12]),
            org_name: "acme".to_owned(),
            project: ProjectId::from_random([4; 12]),
            project_name: "shop".to_owned(),
            reason: Some("KEY_DISABLED".to_owned()),
            detail: None,
            ends_at: None,
            clusters: ["cluster-0", "cluster-1"].iter().filter_map(|name| ClusterName::parse(name)).collect(),
            created_at: Timestamp::from_millis(1_786_331_054_000),
            updated_at: Timestamp::from_millis(1_786_331_054_000),
            resolved_at: None,
            acknowledged_until: None,
            comment: None,
            acknowledged_by: None,
        }
    }

    #[test]
    fn says_what_is_wrong_since_when_for_which_clusters_and_what_to_do() {
        let alert = alert(AlertKind::KeyInvalid(ProviderKind::AwsKms), AlertState::Open);
        assert_eq!(
            subject(NoticeKind::Opened, &alert),
            "[Atrest] OPEN: The customer key in AWS KMS cannot be used (shop)"
        );
        let text = text(NoticeKind::Opened, &alert, Some("https://atrest.example.com"));
        for part in [
            "Project:     shop (040404040404040404040404)",
            "Alert:       AWS_ENCRYPTION_KEY_INVALID",
            "Status:      OPEN",
            "Reason:      KEY_DISABLED",
            "Since:       2026-08-10 03:04:14 UTC",
            "Clusters:    cluster-0, cluster-1",
            "What to do: enable the key again",
            "https://atrest.example.com/api/atlas/v2/groups/040404040404040404040404/alerts/010101010101010101010101",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn says_when_it_is_over() {
        let mut alert = alert(AlertKind::NetworkAccessDenied, AlertState::Closed);
        alert.resolved_at = Some(Timestamp::from_millis(1_786_331_114_000));
        assert!(subject(NoticeKind::Resolved, &alert).starts_with("[Atrest] RESOLVED: A key provider"));
        let text = text(NoticeKind::Resolved, &alert, None);
        assert!(text.contains("Resolved:    2026-08-10 03:05:14 UTC") && text.contains("This is over."), "{text}");
        assert!(!text.contains("What to do") && !text.contains("http"), "{text}");
    }

    #[test]
    fn has_words_for_every_kind() {
        let mut said = std::collections::BTreeSet::new();
        for kind in AlertKind::all() {
            assert!(said.insert(headline(kind)), "{kind:?} has words of its own");
            assert!(what_to_do(kind).ends_with('.'), "{kind:?}");
        }
    }
}
