//! Whom a notice goes to, as JSON. Equal targets have equal texts: a lane is named by it.

use domain::access::{OrgRole, ProjectRole};
use domain::notice::Target;
use domain::recipient::Recipients;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::sql::to_json;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Text {
    ProjectRoles(Vec<String>),
    OrgRoles(Vec<String>),
    Team(String),
    User(String),
    MailTo(String),
    Webhook { config: String, notifier: String },
}

pub(super) fn write(target: &Target) -> Result<String> {
    let mut text = match target {
        Target::Mail(Recipients::ProjectRoles(roles)) => {
            Text::ProjectRoles(roles.iter().map(|role| role.name().to_owned()).collect())
        }
        Target::Mail(Recipients::OrgRoles(roles)) => {
            Text::OrgRoles(roles.iter().map(|role| role.name().to_owned()).collect())
        }
        Target::Mail(Recipients::Team(team)) => Text::Team(team.to_string()),
        Target::Mail(Recipients::User(email)) => Text::User(email.clone()),
        Target::MailTo(address) => Text::MailTo(address.clone()),
        Target::Webhook { config, notifier } => {
            Text::Webhook { config: config.to_string(), notifier: notifier.to_string() }
        }
    };
    if let Text::ProjectRoles(roles) | Text::OrgRoles(roles) = &mut text {
        roles.sort_unstable();
        roles.dedup();
    }
    to_json(&text)
}

pub(super) fn read(text: &str) -> Option<Target> {
    Some(match serde_json::from_str(text).ok()? {
        Text::ProjectRoles(roles) => {
            let roles = roles.iter().map(|name| ProjectRole::by_name(name)).collect::<Option<_>>()?;
            Target::Mail(Recipients::ProjectRoles(roles))
        }
        Text::OrgRoles(roles) => {
            let roles = roles.iter().map(|name| OrgRole::by_name(name)).collect::<Option<_>>()?;
            Target::Mail(Recipients::OrgRoles(roles))
        }
        Text::Team(team) => Target::Mail(Recipients::Team(team.parse().ok()?)),
        Text::User(email) => Target::Mail(Recipients::User(email)),
        Text::MailTo(address) => Target::MailTo(address),
        Text::Webhook { config, notifier } => {
            Target::Webhook { config: config.parse().ok()?, notifier: notifier.parse().ok()? }
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::id::{AlertConfigId, NotifierId, TeamId};

    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for target in [
            Target::Mail(Recipients::ProjectRoles(vec![ProjectRole::Owner])),
            Target::Mail(Recipients::ProjectRoles(Vec::new())),
            Target::Mail(Recipients::OrgRoles(vec![OrgRole::Owner])),
            Target::Mail(Recipients::Team(TeamId::from_random([1; 12]))),
            Target::Mail(Recipients::User("a@example.com".to_owned())),
            Target::MailTo("b@example.com".to_owned()),
            Target::Webhook { config: AlertConfigId::from_random([2; 12]), notifier: NotifierId::from_random([3; 12]) },
        ] {
            assert_eq!(read(&write(&target).unwrap()), Some(target));
        }
        assert_eq!(read("{}"), None);
        assert_eq!(read("{\"project_roles\":[\"KING\"]}"), None);
    }

    #[test]
    fn the_order_of_roles_does_not_make_another_target() {
        let roles = |roles: &[ProjectRole]| write(&Target::Mail(Recipients::ProjectRoles(roles.to_vec()))).unwrap();
        let (owner, reader) = (ProjectRole::Owner, ProjectRole::ReadOnly);
        assert_eq!(roles(&[owner, reader]), roles(&[reader, owner, reader]));
    }
}
