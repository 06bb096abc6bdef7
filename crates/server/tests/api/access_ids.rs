//! One of everything that paths of access name, for the walks over every route.

use api_wire::operations::{Operation, OperationId};
use domain::user::EmailAddress;
use serde_json::{Value, json};
use server::api::auth::ha1;

use crate::house::House;

/// An entry of the access lists.
const NETWORK: &str = "203.0.113.9";

/// The ids that stand in a path of access.
#[derive(Clone)]
pub(crate) struct AccessIds {
    api_key: String,
    account: String,
    secret: String,
    team: String,
    team_name: String,
    member: String,
    outsider: String,
}

impl AccessIds {
    /// Makes an API key, a service account and a person, all with a role in the first project, and a team with that
    /// person.
    pub(crate) async fn new(house: &House, name: &str) -> Self {
        let made = async |path: String, body: Value| {
            let got = house.ask("POST", &path).json(&body).send().await;
            assert!(matches!(got.status, 200 | 201), "{}", got.text());
            got.json()
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (org, group) =
            (format!("/api/atlas/v2/orgs/{}", house.org), format!("/api/atlas/v2/groups/{}", house.project));
        let role = json!(["GROUP_READ_ONLY"]);
        let key = made(format!("{group}/apiKeys"), json!({"desc": name, "roles": role})).await;
        let account = json!({"name": name, "description": name, "roles": role, "secretExpiresAfterHours": 8});
        let account = made(format!("{group}/serviceAccounts"), account).await;
        let (api_key, client) = (text(&key["id"]), text(&account["clientId"]));
        let network = json!([{"ipAddress": NETWORK}]);
        made(format!("{org}/apiKeys/{api_key}/accessList"), network.clone()).await;
        made(format!("{org}/serviceAccounts/{client}/accessList"), network).await;
        let address = EmailAddress::parse(&format!("{name}@example.com")).unwrap();
        let member =
            house.control.recover_owner(house.org, &address, &[], ha1).await.unwrap().member.user.id.to_string();
        let groups = json!([{"groupId": house.project.to_string(), "groupRoles": ["GROUP_READ_ONLY", "GROUP_OWNER"]}]);
        let roles = json!({"orgRoles": ["ORG_MEMBER", "ORG_READ_ONLY"], "groupRoleAssignments": groups});
        house.ask("PATCH", &format!("{org}/users/{member}")).json(&json!({"roles": roles})).send().await.ok();
        let outsider = json!({"username": format!("out-{name}@example.com"), "roles": {"orgRoles": ["ORG_MEMBER"]}});
        let outsider = made(format!("{org}/users"), outsider).await;
        let team = json!({"name": name, "usernames": [address.as_str()]});
        let team = text(&made(format!("{org}/teams"), team).await["id"]);
        made(format!("{group}/teams"), json!([{"teamId": team, "roleNames": role}])).await;
        Self {
            api_key,
            account: client,
            secret: text(&account["secrets"][0]["id"]),
            team,
            team_name: name.to_owned(),
            member,
            outsider: text(&outsider["id"]),
        }
    }

    /// Takes the team out of the first project.
    pub(crate) async fn leave_group(&self, house: &House) {
        let path = format!("/api/atlas/v2/groups/{}/teams/{}", house.project, self.team);
        assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    }

    /// What stands for what in a path.
    pub(crate) fn known(&self) -> [(&'static str, String); 7] {
        [
            ("{apiUserId}", self.api_key.clone()),
            ("{clientId}", self.account.clone()),
            ("{secretId}", self.secret.clone()),
            ("{teamId}", self.team.clone()),
            ("{teamName}", self.team_name.clone()),
            ("{userId}", self.member.clone()),
            ("{ipAddress}", NETWORK.to_owned()),
        ]
    }

    /// A legal body of an operation of access.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only operations of access have theirs here")]
    pub(crate) fn body(&self, operation: &Operation) -> Option<Value> {
        let group_role = json!(["GROUP_READ_ONLY"]);
        Some(match operation.id {
            OperationId::CreateGroupApiKey => json!({"desc": "a", "roles": group_role}),
            OperationId::AddGroupApiKey => json!([{"roles": group_role}]),
            OperationId::UpdateGroupApiKeyRoles => json!({"roles": group_role}),
            OperationId::CreateOrgApiKey => json!({"desc": "a", "roles": ["ORG_MEMBER"]}),
            OperationId::UpdateOrgApiKey => json!({"desc": "b"}),
            OperationId::CreateOrgAccessEntry
            | OperationId::CreateGroupServiceAccountNetworks
            | OperationId::CreateOrgServiceAccountNetworks => json!([{"cidrBlock": "198.51.100.0/24"}]),
            OperationId::CreateGroupServiceAccount => {
                json!({"name": "a", "description": "b", "roles": group_role, "secretExpiresAfterHours": 8})
            }
            OperationId::CreateOrgServiceAccount => {
                json!({"name": "a", "description": "b", "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": 8})
            }
            OperationId::UpdateGroupServiceAccount | OperationId::UpdateOrgServiceAccount => json!({"name": "c"}),
            OperationId::CreateGroupSecret | OperationId::CreateOrgSecret => json!({"secretExpiresAfterHours": 8}),
            OperationId::InviteGroupServiceAccount => json!({"roles": group_role}),
            OperationId::AddGroupTeams => json!([{"teamId": self.team, "roleNames": group_role}]),
            OperationId::UpdateGroupTeam => json!({"roleNames": group_role}),
            OperationId::CreateOrgTeam => json!({"name": format!("{}-too", self.team_name), "usernames": []}),
            OperationId::RenameOrgTeam => json!({"name": self.team_name}),
            OperationId::AddTeamUsers => json!([{"id": self.outsider}]),
            OperationId::AddOrgTeamUser => json!({"id": self.outsider}),
            OperationId::RemoveOrgTeamUser => json!({"id": self.member}),
            OperationId::AddGroupUsers => {
                json!({"username": format!("group-{}@example.com", self.team_name), "roles": group_role})
            }
            OperationId::AddGroupUserRole => json!({"groupRole": "GROUP_CLUSTER_MANAGER"}),
            OperationId::RemoveGroupUserRole => json!({"groupRole": "GROUP_READ_ONLY"}),
            OperationId::CreateOrgUser => {
                let email = format!("org-{}@example.com", self.team_name);
                json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}})
            }
            OperationId::UpdateOrgUser => json!({"roles": {"orgRoles": ["ORG_MEMBER"]}}),
            OperationId::AddOrgRole => json!({"orgRole": "ORG_GROUP_CREATOR"}),
            OperationId::RemoveOrgRole => json!({"orgRole": "ORG_MEMBER"}),
            OperationId::AcceptInvitation => json!({"token": "x", "password": "correct horse battery"}),
            _ => return None,
        })
    }

    /// Tells whether an operation is one of access, so that what it names may be another afterwards.
    pub(crate) fn is_of(operation: &Operation) -> bool {
        let tags = ["Programmatic API Keys", "Service Accounts", "Teams", "MongoDB Cloud Users"];
        tags.contains(&operation.tag)
    }
}
