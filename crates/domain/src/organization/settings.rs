//! What an organization's owners set for all who belong to it, and how a change of it is merged.
//! Must not know who enforces it.

use super::OrgName;
use crate::violation::Violation;

/// What an organization's owners set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgSettings {
    /// Whether API keys and service accounts work only from addresses that their access lists name.
    pub api_access_list_required: bool,
    /// How long a new secret of a service account may last at most.
    /// Unit: hours.
    pub secret_hours_max: u32,
    /// How long a person stays signed in at most. None: as usual.
    /// Unit: seconds.
    pub session_seconds: Option<u32>,
    /// How long a person who does nothing stays signed in. None: as usual.
    /// Unit: seconds.
    pub idle_session_seconds: Option<u32>,
    /// A wish about features that are not here.
    pub gen_ai_features: bool,
    /// A wish about people who do not exist here.
    pub restrict_employee_access: bool,
    /// A wish about features that are not here.
    pub streams_cross_project: bool,
    /// Whom to write to about operations.
    pub operations_contact: Option<String>,
    /// Whom to write to about security.
    pub security_contact: Option<String>,
    /// A wish about alerts of the organization, of which there are none.
    pub skip_default_alerts: bool,
}

impl OrgSettings {
    /// The longest that a secret of a service account can last, and how long it may last unless set otherwise.
    /// Unit: hours. Source: contract.md 7.2.
    pub const SECRET_HOURS: u32 = 8760;
    /// The shortest that the longest can be. Unit: hours. Source: contract.md 7.2.
    pub const SECRET_HOURS_MIN: u32 = 8;
}

impl Default for OrgSettings {
    fn default() -> Self {
        Self {
            api_access_list_required: false,
            secret_hours_max: Self::SECRET_HOURS,
            session_seconds: None,
            idle_session_seconds: None,
            gen_ai_features: true,
            restrict_employee_access: false,
            streams_cross_project: false,
            operations_contact: None,
            security_contact: None,
            skip_default_alerts: false,
        }
    }
}

/// A change of an organization; what it does not mention stays. A value of `Some(None)` takes away what was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrgChange {
    /// Another name.
    pub name: Option<OrgName>,
    /// As in [`OrgSettings`], and so on.
    pub api_access_list_required: Option<bool>,
    /// Unit: hours.
    pub secret_hours_max: Option<Option<u32>>,
    /// Unit: seconds.
    pub session_seconds: Option<Option<u32>>,
    /// Unit: seconds.
    pub idle_session_seconds: Option<Option<u32>>,
    /// A wish.
    pub gen_ai_features: Option<bool>,
    /// A wish.
    pub restrict_employee_access: Option<bool>,
    /// A wish.
    pub streams_cross_project: Option<bool>,
    /// An address.
    pub operations_contact: Option<Option<String>>,
    /// An address.
    pub security_contact: Option<Option<String>>,
    /// A wish.
    pub skip_default_alerts: Option<bool>,
}

impl OrgSettings {
    /// Merges a change over what is set. Its name is none of it.
    /// Errors: a person who does nothing would stay signed in longer than one who does something.
    pub fn with(&self, change: &OrgChange) -> Result<Self, Vec<Violation>> {
        let merged = Self {
            api_access_list_required: change.api_access_list_required.unwrap_or(self.api_access_list_required),
            secret_hours_max: match change.secret_hours_max {
                None => self.secret_hours_max,
                Some(hours) => hours.unwrap_or(Self::SECRET_HOURS),
            },
            session_seconds: change.session_seconds.unwrap_or(self.session_seconds),
            idle_session_seconds: change.idle_session_seconds.unwrap_or(self.idle_session_seconds),
            gen_ai_features: change.gen_ai_features.unwrap_or(self.gen_ai_features),
            restrict_employee_access: change.restrict_employee_access.unwrap_or(self.restrict_employee_access),
            streams_cross_project: change.streams_cross_project.unwrap_or(self.streams_cross_project),
            operations_contact: change.operations_contact.clone().unwrap_or_else(|| self.operations_contact.clone()),
            security_contact: change.security_contact.clone().unwrap_or_else(|| self.security_contact.clone()),
            skip_default_alerts: change.skip_default_alerts.unwrap_or(self.skip_default_alerts),
        };
        let whole = merged.session_seconds.unwrap_or(12 * 3600);
        if merged.idle_session_seconds.is_some_and(|idle| idle > whole) {
            return Err(vec![Violation::rule(
                "customSessionTimeouts.idleSessionTimeoutInSeconds",
                "It must not be longer than absoluteSessionTimeoutInSeconds, which is 43200 unless set.",
            )]);
        }
        Ok(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_leaves_alone_what_it_does_not_mention() {
        let contact = |text: &str| Some(Some(text.to_owned()));
        let first = OrgChange {
            api_access_list_required: Some(true),
            secret_hours_max: Some(Some(24)),
            security_contact: contact("s@example.com"),
            ..OrgChange::default()
        };
        let set = OrgSettings::default().with(&first).unwrap();
        assert!(set.api_access_list_required && set.gen_ai_features);
        assert_eq!((set.secret_hours_max, set.security_contact.as_deref()), (24, Some("s@example.com")));
        assert_eq!(set.with(&OrgChange::default()).unwrap(), set);
        let undo = OrgChange { secret_hours_max: Some(None), security_contact: Some(None), ..OrgChange::default() };
        let undone = set.with(&undo).unwrap();
        assert_eq!((undone.secret_hours_max, undone.security_contact), (8760, None));
        assert!(undone.api_access_list_required);
    }

    #[test]
    fn idling_is_shorter_than_staying() {
        let change = |whole, idle| OrgChange {
            session_seconds: Some(whole),
            idle_session_seconds: Some(idle),
            ..OrgChange::default()
        };
        let settings = OrgSettings::default();
        assert!(settings.with(&change(Some(3600), Some(3600))).is_ok());
        assert!(settings.with(&change(Some(3600), Some(3601))).is_err());
        assert!(settings.with(&change(None, Some(43_200))).is_ok());
        assert!(settings.with(&change(None, Some(43_201))).is_err());
    }
}
