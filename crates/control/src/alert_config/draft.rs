//! From what a caller asks for to a configuration, with all that stands against it told at once. Must not know who asks.

use std::collections::BTreeMap;

use domain::access::{OrgRole, ProjectRole};
use domain::alert::{
    AlertConfig, AlertKind, Channel, Comparison, DEFAULT_DELAY, DEFAULT_INTERVAL, Matcher, MatcherOperator,
    NotificationRule, Severity, Threshold, ThresholdUnit, WebhookShown,
};
use domain::id::{NotifierId, TeamId};
use domain::recipient::Recipients;
use domain::secret::SecretText;
use storage::{Webhook, Webhooks};

use super::{AlertFault, AlertFaultKind, MOST_NOTIFICATIONS};
use crate::{Error, random_id};

/// The least time between two notices of an open alert. Unit: minutes. Source: contract.md 4.2.
const LEAST_INTERVAL: i64 = 5;
/// The greatest number of minutes, hours or days that is taken: a little over ten years of minutes.
const MOST: i64 = 5_256_000;
/// What stands for a secret that is stored.
const MASK: &str = "****";

/// A configuration as somebody wants it.
#[derive(Debug)]
pub struct AlertConfigDraft {
    /// Which alert.
    pub kind: AlertKind,
    /// Whether it raises any.
    pub enabled: bool,
    /// From when on.
    pub threshold: Option<ThresholdDraft>,
    /// Which things it is about.
    pub matchers: Vec<MatcherDraft>,
    /// Whom to tell; none if that was not said.
    pub notifications: Vec<NotificationDraft>,
    /// How bad it is, if not what its kind says.
    pub severity_override: Option<Severity>,
}

/// A threshold as somebody wants it.
#[derive(Debug, Clone, Copy)]
pub struct ThresholdDraft {
    /// How it is compared.
    pub comparison: Option<Comparison>,
    /// The number.
    pub value: Option<i64>,
    /// What it counts.
    pub unit: Option<ThresholdUnit>,
}

/// A condition as somebody wants it.
#[derive(Debug)]
pub struct MatcherDraft {
    /// The field's name.
    pub field: String,
    /// How it is compared; none for a way that we do not know.
    pub operator: Option<MatcherOperator>,
    /// With what.
    pub value: String,
}

/// One way of telling as somebody wants it: every field that any way has.
#[derive(Debug, Default)]
pub struct NotificationDraft {
    /// Which way: EMAIL, GROUP, ORG, TEAM, USER, WEBHOOK, or another one.
    pub type_name: String,
    /// The names of the fields that were sent with a value, but those that all ways have.
    pub given: Vec<&'static str>,
    /// Its id, if it is one that is there already.
    pub id: Option<NotifierId>,
    /// How long to wait before it is used. Unit: minutes.
    pub delay: Option<i64>,
    /// How often to use it. Unit: minutes.
    pub interval: Option<i64>,
    /// The mail address.
    pub email_address: Option<String>,
    /// Whether people get mail.
    pub email_enabled: Option<bool>,
    /// Whether people get messages on their phones.
    pub sms_enabled: Option<bool>,
    /// The roles.
    pub roles: Option<Vec<String>>,
    /// The team.
    pub team: Option<TeamId>,
    /// The person.
    pub username: Option<String>,
    /// The webhook's address, or its mask.
    pub webhook_url: Option<SecretText>,
    /// The webhook's secret, or its mask.
    pub webhook_secret: Option<SecretText>,
}

/// What is known when a draft is judged.
pub(super) struct Known<'k> {
    /// The configuration it takes the place of, if of one.
    pub(super) present: Option<&'k AlertConfig>,
    /// That one's webhooks.
    pub(super) webhooks: Webhooks,
    /// The organization's teams.
    pub(super) teams: BTreeMap<TeamId, String>,
    /// Says why a webhook's address is not one that we call.
    pub(super) judge_webhook: &'k (dyn Fn(&str) -> Result<(), String> + Sync),
    /// Tells whether a text is a mail address.
    pub(super) is_address: fn(&str) -> bool,
}

/// What a draft comes to.
pub(super) struct Judged {
    pub(super) threshold: Option<Threshold>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) notifications: Vec<NotificationRule>,
    pub(super) webhooks: Webhooks,
}

struct Judge<'k> {
    known: Known<'k>,
    faults: Vec<AlertFault>,
    webhooks: Webhooks,
}

/// Judges a draft.
/// Errors: `Ok(Err(_))` with everything that stands against it, at least one thing; `Err` if there is no randomness.
pub(super) fn judge(draft: AlertConfigDraft, known: Known<'_>) -> Result<Result<Judged, Vec<AlertFault>>, Error> {
    let AlertConfigDraft { kind, enabled: _, threshold, matchers, notifications, severity_override: _ } = draft;
    let mut judge = Judge { known, faults: Vec::new(), webhooks: Webhooks::new() };
    let threshold = judge.threshold(kind, threshold);
    let matchers = judge.matchers(kind, matchers);
    if notifications.is_empty() {
        judge.fault("notifications", AlertFaultKind::NobodyToTell);
    }
    if notifications.len() > MOST_NOTIFICATIONS {
        judge.fault("notifications", AlertFaultKind::TooManyNotifications);
    }
    let mut rules: Vec<NotificationRule> = Vec::with_capacity(notifications.len());
    for (index, notification) in notifications.into_iter().enumerate() {
        let taken = rules.iter().any(|rule| Some(rule.id) == notification.id);
        let known = judge.known.present.into_iter().flat_map(|config| &config.notifications);
        // An id is ours to give: one that this configuration does not have is none.
        let id = notification.id.filter(|id| !taken && known.clone().any(|rule| rule.id == *id));
        let id = id.map_or_else(|| random_id().map(NotifierId::from_random), Ok)?;
        if let Some(rule) = judge.notification(&format!("notifications[{index}]"), id, notification) {
            rules.push(rule);
        }
    }
    let Judge { known: _, faults, webhooks } = judge;
    Ok(if faults.is_empty() { Ok(Judged { threshold, matchers, notifications: rules, webhooks }) } else { Err(faults) })
}

impl Judge<'_> {
    fn fault(&mut self, field: impl Into<String>, kind: AlertFaultKind) {
        self.faults.push(AlertFault { field: field.into(), kind });
    }

    fn threshold(&mut self, kind: AlertKind, draft: Option<ThresholdDraft>) -> Option<Threshold> {
        let rule = match (kind.threshold(), &draft) {
            (None, None) => return None,
            (None, Some(_)) => {
                self.fault("threshold", AlertFaultKind::ThresholdNotAllowed);
                return None;
            }
            (Some(rule), None) => {
                if rule.required {
                    self.fault("threshold", AlertFaultKind::ThresholdMissing);
                }
                return None;
            }
            (Some(rule), Some(_)) => rule,
        };
        let ThresholdDraft { comparison, value, unit } = draft?;
        if comparison.is_some_and(|comparison| comparison != rule.comparison) {
            let allowed = rule.comparison.name();
            self.fault("threshold.operator", AlertFaultKind::OperatorNotAllowed { allowed });
        }
        if unit.is_some_and(|unit| unit != rule.unit) {
            self.fault("threshold.units", AlertFaultKind::UnitsNotAllowed { allowed: rule.unit.name() });
        }
        let Some(value) = value else {
            self.fault("threshold.threshold", AlertFaultKind::Missing);
            return None;
        };
        let value = self.number("threshold.threshold", value, 1)?;
        Some(Threshold { comparison: rule.comparison, value, unit: rule.unit })
    }

    fn number(&mut self, field: &str, value: i64, min: i64) -> Option<u32> {
        if !(min..=MOST).contains(&value) {
            self.fault(field, AlertFaultKind::OutOfRange { min, max: MOST });
            return None;
        }
        u32::try_from(value).ok()
    }

    fn matchers(&mut self, kind: AlertKind, drafts: Vec<MatcherDraft>) -> Vec<Matcher> {
        if !drafts.is_empty() && !kind.is_about_a_cluster() {
            self.fault("matchers", AlertFaultKind::MatchersNotAllowed);
            return Vec::new();
        }
        let mut matchers = Vec::with_capacity(drafts.len());
        for (index, MatcherDraft { field, operator, value }) in drafts.into_iter().enumerate() {
            if field != "CLUSTER_NAME" {
                let what = format!("A matcher of {field}");
                self.fault(format!("matchers[{index}].fieldName"), AlertFaultKind::NotSupported { what });
            } else if let Some(operator) = operator {
                matchers.push(Matcher { operator, value });
            } else {
                let what = "A matcher by REGEX".to_owned();
                self.fault(format!("matchers[{index}].operator"), AlertFaultKind::NotSupported { what });
            }
        }
        matchers
    }

    fn notification(&mut self, at: &str, id: NotifierId, draft: NotificationDraft) -> Option<NotificationRule> {
        let before = self.faults.len();
        let Some(allowed) = fields_of(&draft.type_name) else {
            let what = format!("A notification of type {}", draft.type_name);
            self.fault(format!("{at}.typeName"), AlertFaultKind::NotSupported { what });
            return None;
        };
        for field in draft.given.iter().filter(|field| !allowed.contains(*field)) {
            let kind = if *field == "webhookBodyTemplate" || *field == "webhookHeadersTemplate" {
                AlertFaultKind::NotSupported { what: format!("{field}, a template of a webhook,") }
            } else {
                AlertFaultKind::NotOfThisType { type_name: draft.type_name.clone() }
            };
            self.fault(format!("{at}.{field}"), kind);
        }
        let delay = match draft.delay {
            None => Some(DEFAULT_DELAY),
            Some(minutes) => self.number(&format!("{at}.delayMin"), minutes, 0),
        };
        let interval = match draft.interval {
            None => Some(DEFAULT_INTERVAL),
            Some(minutes) if (LEAST_INTERVAL..=MOST).contains(&minutes) => u32::try_from(minutes).ok(),
            Some(_) => {
                self.fault(format!("{at}.intervalMin"), AlertFaultKind::IntervalOutOfRange);
                None
            }
        };
        let channel = self.channel(at, id, draft);
        if self.faults.len() > before {
            return None;
        }
        Some(NotificationRule { id, delay: delay?, interval: interval?, channel: channel? })
    }

    fn channel(&mut self, at: &str, id: NotifierId, draft: NotificationDraft) -> Option<Channel> {
        let NotificationDraft { type_name, email_address, roles, team, username, webhook_url, webhook_secret, .. } =
            draft;
        let people = matches!(type_name.as_str(), "GROUP" | "ORG" | "TEAM" | "USER");
        if people && draft.sms_enabled == Some(true) {
            let what = "A message to a phone (smsEnabled)".to_owned();
            self.fault(format!("{at}.smsEnabled"), AlertFaultKind::NotSupported { what });
        } else if people && draft.email_enabled == Some(false) {
            self.fault(format!("{at}.emailEnabled"), AlertFaultKind::MailOrMessageNeeded);
        }
        match type_name.as_str() {
            "EMAIL" => self.address(&format!("{at}.emailAddress"), email_address).map(Channel::Email),
            "USER" => self
                .address(&format!("{at}.username"), username)
                .map(|address| Channel::People(Recipients::User(address))),
            "GROUP" => {
                let roles = self.roles(at, roles, ProjectRole::by_name, "GROUP_");
                Some(Channel::People(Recipients::ProjectRoles(roles)))
            }
            "ORG" => {
                let roles = self.roles(at, roles, OrgRole::by_name, "ORG_");
                Some(Channel::People(Recipients::OrgRoles(roles)))
            }
            "TEAM" => {
                let Some(team) = team else {
                    self.fault(format!("{at}.teamId"), AlertFaultKind::Missing);
                    return None;
                };
                if !self.known.teams.contains_key(&team) {
                    self.fault(format!("{at}.teamId"), AlertFaultKind::NoSuchTeam);
                }
                Some(Channel::People(Recipients::Team(team)))
            }
            "WEBHOOK" => self.webhook(at, id, webhook_url, webhook_secret).map(Channel::Webhook),
            _ => None,
        }
    }

    fn address(&mut self, field: &str, address: Option<String>) -> Option<String> {
        let Some(address) = address else {
            self.fault(field, AlertFaultKind::Missing);
            return None;
        };
        if !(self.known.is_address)(&address) {
            self.fault(field, AlertFaultKind::NotAnAddress);
        }
        Some(address)
    }

    fn roles<R>(
        &mut self,
        at: &str,
        names: Option<Vec<String>>,
        by_name: impl Fn(&str) -> Option<R>,
        prefix: &'static str,
    ) -> Vec<R> {
        let mut roles = Vec::new();
        for (index, name) in names.unwrap_or_default().iter().enumerate() {
            match by_name(name) {
                Some(role) => roles.push(role),
                None => self.fault(format!("{at}.roles[{index}]"), AlertFaultKind::NoSuchRole { prefix }),
            }
        }
        roles
    }

    /// Takes the address and secret that are sent, or those that their masks stand for.
    fn webhook(
        &mut self,
        at: &str,
        id: NotifierId,
        url: Option<SecretText>,
        secret: Option<SecretText>,
    ) -> Option<WebhookShown> {
        let field = format!("{at}.webhookUrl");
        let url = url.filter(|url| !url.expose().is_empty());
        let stored = self.stored(id, url.as_ref());
        let url = match url {
            Some(url) if !url.expose().contains(MASK) => {
                if let Err(why) = (self.known.judge_webhook)(url.expose()) {
                    self.fault(field, AlertFaultKind::AddressRefused { why });
                }
                url
            }
            Some(_) => {
                let Some(stored) = stored else {
                    self.fault(field, AlertFaultKind::MaskOfNothing);
                    return None;
                };
                again(&stored.url)
            }
            None => {
                let Some(stored) = stored else {
                    self.fault(field, AlertFaultKind::Missing);
                    return None;
                };
                again(&stored.url)
            }
        };
        let stored = self.stored(id, Some(&url));
        let secret = match secret.filter(|secret| !secret.expose().is_empty()) {
            Some(masked) if masked.expose().contains(MASK) => {
                let kept = stored.and_then(|stored| stored.secret.as_ref());
                let kept = kept.filter(|kept| mask_secret(kept.expose()) == masked.expose()).map(again);
                if kept.is_none() {
                    self.fault(format!("{at}.webhookSecret"), AlertFaultKind::MaskOfNothing);
                }
                kept
            }
            other => other,
        };
        let shown = WebhookShown {
            url: mask_url(url.expose()),
            secret: secret.as_ref().map(|secret| mask_secret(secret.expose())),
        };
        let _: Option<Webhook> = self.webhooks.insert(id, Webhook { url, secret });
        Some(shown)
    }

    /// Finds what is stored under this id, or under another with the address that is sent or its mask.
    fn stored(&self, id: NotifierId, url: Option<&SecretText>) -> Option<&Webhook> {
        let of_this = self.known.webhooks.get(&id);
        let Some(url) = url else { return of_this };
        let fits = |stored: &&Webhook| stored.url.matches(url) || mask_url(stored.url.expose()) == url.expose();
        of_this.filter(fits).or_else(|| self.known.webhooks.values().find(fits))
    }
}

/// Gives the fields that a way of telling has beside those that all have; none for a way that we do not go.
fn fields_of(type_name: &str) -> Option<&'static [&'static str]> {
    Some(match type_name {
        "EMAIL" => &["emailAddress"],
        "GROUP" | "ORG" => &["roles", "emailEnabled", "smsEnabled"],
        "TEAM" => &["teamId", "teamName", "emailEnabled", "smsEnabled"],
        "USER" => &["username", "emailEnabled", "smsEnabled"],
        "WEBHOOK" => &["webhookUrl", "webhookSecret"],
        _ => return None,
    })
}

/// Masks an address behind its host: what follows is often a secret.
fn mask_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    // In an https address a backslash is a slash.
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{MASK}")
}

/// Masks a secret but for the end of a long one.
fn mask_secret(secret: &str) -> String {
    let characters: Vec<char> = secret.chars().collect();
    let shown = characters.len().checked_sub(4).filter(|_| characters.len() >= 16);
    let tail: String = shown.and_then(|from| characters.get(from..)).unwrap_or_default().iter().collect();
    format!("{MASK}{tail}")
}

fn again(secret: &SecretText) -> SecretText {
    SecretText::new(secret.expose().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::customer_key::ProviderKind;

    #[test]
    fn addresses_and_secrets_are_masked() {
        for (url, masked) in [
            ("https://hooks.example.com/services/T0/B0/xyz?key=1", "https://hooks.example.com/****"),
            ("https://user:pass@hooks.example.com:8443/x", "https://hooks.example.com:8443/****"),
            ("https://hooks.example.com", "https://hooks.example.com/****"),
            ("https://hooks.example.com\\s3cr3t", "https://hooks.example.com/****"),
            ("https:\\\\hooks.example.com\\s3cr3t", "https://https:/****"),
        ] {
            assert_eq!(mask_url(url), masked);
        }
        assert_eq!(mask_secret("short"), "****");
        assert_eq!(mask_secret("0123456789abcdef"), "****cdef");
        assert_eq!(mask_secret(""), "****");
    }

    fn draft(kind: AlertKind, notifications: Vec<NotificationDraft>) -> AlertConfigDraft {
        AlertConfigDraft {
            kind,
            enabled: true,
            threshold: None,
            matchers: Vec::new(),
            notifications,
            severity_override: None,
        }
    }

    fn judged(draft: AlertConfigDraft) -> Result<Judged, Vec<AlertFault>> {
        let known = Known {
            present: None,
            webhooks: Webhooks::new(),
            teams: BTreeMap::new(),
            judge_webhook: &|url| if url.starts_with("https://") { Ok(()) } else { Err("it is not https".to_owned()) },
            is_address: |text| text.contains('@'),
        };
        judge(draft, known).unwrap()
    }

    #[track_caller]
    fn fields(draft: AlertConfigDraft, expected: &[&str]) {
        let faults = judged(draft).err().unwrap_or_default();
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), expected);
    }

    fn by(type_name: &str) -> NotificationDraft {
        NotificationDraft { type_name: type_name.to_owned(), ..NotificationDraft::default() }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let kind = AlertKind::KeyNeedsRotation(ProviderKind::AwsKms);
        fields(draft(kind, vec![]), &["threshold", "notifications"]);
        let mut wrong = by("GROUP");
        (wrong.interval, wrong.delay, wrong.roles) = (Some(4), Some(-1), Some(vec!["ORG_OWNER".to_owned()]));
        wrong.sms_enabled = Some(true);
        let mut mail = by("EMAIL");
        mail.given = vec!["roles"];
        fields(
            draft(AlertKind::NetworkAccessDenied, vec![wrong, mail, by("SLACK"), by("TEAM"), by("WEBHOOK")]),
            &[
                "notifications[0].delayMin",
                "notifications[0].intervalMin",
                "notifications[0].smsEnabled",
                "notifications[0].roles[0]",
                "notifications[1].roles",
                "notifications[1].emailAddress",
                "notifications[2].typeName",
                "notifications[3].teamId",
                "notifications[4].webhookUrl",
            ],
        );
        let mut silent = by("ORG");
        silent.email_enabled = Some(false);
        fields(draft(AlertKind::NetworkAccessDenied, vec![silent]), &["notifications[0].emailEnabled"]);
    }

    #[test]
    fn a_threshold_is_what_its_kind_says() {
        let with = |kind, comparison, value, unit, expected: &[&str]| {
            let mut made = draft(kind, vec![by("GROUP")]);
            made.threshold = Some(ThresholdDraft { comparison, value, unit });
            fields(made, expected);
        };
        let (greater, less) = (Some(Comparison::GreaterThan), Some(Comparison::LessThan));
        let (days, hours) = (Some(ThresholdUnit::Days), Some(ThresholdUnit::Hours));
        let rotation = AlertKind::KeyNeedsRotation(ProviderKind::GcpKms);
        with(rotation, greater, Some(1), days, &[]);
        with(rotation, None, Some(400), None, &[]);
        with(rotation, less, Some(0), hours, &["threshold.operator", "threshold.units", "threshold.threshold"]);
        with(rotation, greater, None, days, &["threshold.threshold"]);
        with(AlertKind::KeyInvalid(ProviderKind::GcpKms), greater, Some(1), days, &[]);
        with(AlertKind::PrivateEndpointUnapproved, greater, Some(4), hours, &[]);
        with(AlertKind::NetworkAccessDenied, greater, Some(1), days, &["threshold"]);
    }

    #[test]
    fn a_webhook_is_sealed_and_shown_masked() {
        let mut hook = by("WEBHOOK");
        hook.webhook_url = Some(SecretText::new("https://hooks.example.com/s3cr3t".to_owned()));
        hook.webhook_secret = Some(SecretText::new("0123456789abcdef".to_owned()));
        let judged = judged(draft(AlertKind::NetworkAccessDenied, vec![hook])).unwrap_or_else(|_| panic!("good"));
        let [NotificationRule { id, channel: Channel::Webhook(shown), .. }] = judged.notifications.as_slice() else {
            panic!("one webhook")
        };
        assert_eq!(shown.url, "https://hooks.example.com/****");
        assert_eq!(shown.secret.as_deref(), Some("****cdef"));
        assert_eq!(judged.webhooks[id].url.expose(), "https://hooks.example.com/s3cr3t");
        let mut plain = by("WEBHOOK");
        plain.webhook_url = Some(SecretText::new("http://hooks.example.com/".to_owned()));
        let mut masked = by("WEBHOOK");
        masked.webhook_url = Some(SecretText::new("https://hooks.example.com/****".to_owned()));
        fields(
            draft(AlertKind::NetworkAccessDenied, vec![plain, masked]),
            &["notifications[0].webhookUrl", "notifications[1].webhookUrl"],
        );
    }

    #[test]
    fn matchers_are_for_what_has_a_cluster() {
        let matcher = |field: &str, operator| MatcherDraft { field: field.to_owned(), operator, value: "x".to_owned() };
        let mut made = draft(AlertKind::ClusterDeleted, vec![by("GROUP")]);
        made.matchers = vec![
            matcher("CLUSTER_NAME", Some(MatcherOperator::Equals)),
            matcher("CLUSTER_NAME", None),
            matcher("PORT", Some(MatcherOperator::Equals)),
        ];
        fields(made, &["matchers[1].operator", "matchers[2].fieldName"]);
        let mut made = draft(AlertKind::NetworkAccessDenied, vec![by("GROUP")]);
        made.matchers = vec![matcher("CLUSTER_NAME", Some(MatcherOperator::Equals))];
        fields(made, &["matchers"]);
    }
}
