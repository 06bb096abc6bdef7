//! `atrest access`.

use super::line::{Body, Field, FieldKind, Line, Show};
use crate::output::Column;

const API_KEY: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "DESCRIPTION", pointer: "/desc" },
    Column { heading: "PUBLIC KEY", pointer: "/publicKey" },
    Column { heading: "PRIVATE KEY", pointer: "/privateKey" },
    Column { heading: "ROLES", pointer: "/roles/*/roleName" },
]);

const SERVICE_ACCOUNT: Show = Show::Table(&[
    Column { heading: "CLIENT ID", pointer: "/clientId" },
    Column { heading: "NAME", pointer: "/name" },
    Column { heading: "ROLES", pointer: "/roles" },
    Column { heading: "SECRET", pointer: "/secrets/*/secret" },
    Column { heading: "MASK", pointer: "/secrets/*/maskedSecretValue" },
    Column { heading: "SECRET EXPIRES", pointer: "/secrets/*/expiresAt" },
]);

const USER: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "USERNAME", pointer: "/username" },
    Column { heading: "STATUS", pointer: "/orgMembershipStatus" },
]);

const TEAM: Show =
    Show::Table(&[Column { heading: "ID", pointer: "/id" }, Column { heading: "NAME", pointer: "/name" }]);

const ADDRESS: Show = Show::Table(&[
    Column { heading: "CIDR BLOCK", pointer: "/cidrBlock" },
    Column { heading: "ADDRESS", pointer: "/ipAddress" },
    Column { heading: "COMMENT", pointer: "/comment" },
]);

const ROLE: Field =
    Field::new("role", "/roles", FieldKind::Texts, "A role, such as ORG_MEMBER; may be given several times");

const KEY_CREATION: Body = Body::Fields {
    template: "{}",
    fields: &[Field::new("desc", "/desc", FieldKind::Text, "What the key is for").required(), ROLE.required()],
};

const SECRET: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "SECRET", pointer: "/secret" },
    Column { heading: "EXPIRES", pointer: "/expiresAt" },
]);

const STANDING: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "USERNAME", pointer: "/username" },
    Column { heading: "STATE", pointer: "/state" },
]);

const SECRET_TEMPLATE: &str = r#"{"secretExpiresAfterHours":2160}"#;

const SECRET_HOURS: Field = Field::new(
    "secretExpiresAfterHours",
    "/secretExpiresAfterHours",
    FieldKind::Number,
    "How many hours the secret is good; 2160 if left out",
);

const ACCOUNT_CREATION: Body = Body::Fields {
    template: SECRET_TEMPLATE,
    fields: &[
        Field::new("name", "/name", FieldKind::Text, "The account's name").required().by_place(),
        Field::new("desc", "/description", FieldKind::Text, "What the account is for").required(),
        ROLE.required(),
        SECRET_HOURS,
    ],
};

pub(super) const LINES: &[Line] = &[
    Line::new("access apiKeys list", "List an organization's API keys", "listOrgApiKeys", API_KEY),
    Line::new("access apiKeys describe", "Show an API key", "getOrgApiKey", API_KEY).named(&["apiUserId"]),
    Line::new("access apiKeys create", "Make an API key; its private half is shown once", "createOrgApiKey", API_KEY)
        .body(KEY_CREATION),
    Line::new("access apiKeys project", "List the API keys of a project", "listGroupApiKeys", API_KEY),
    Line::new(
        "access apiKeys createForProject",
        "Make an API key for a project; its private half is shown once",
        "createGroupApiKey",
        API_KEY,
    )
    .body(KEY_CREATION),
    Line::new("access apiKeys delete", "Delete an API key", "deleteOrgApiKey", Show::Done("API key '{}' is deleted"))
        .named(&["apiUserId"])
        .asks(),
    Line::new(
        "access serviceAccounts list",
        "List an organization's service accounts",
        "listOrgServiceAccounts",
        SERVICE_ACCOUNT,
    ),
    Line::new("access serviceAccounts describe", "Show a service account", "getOrgServiceAccount", SERVICE_ACCOUNT)
        .named(&["clientId"]),
    Line::new(
        "access serviceAccounts create",
        "Make a service account; its secret is shown once",
        "createOrgServiceAccount",
        SERVICE_ACCOUNT,
    )
    .body(ACCOUNT_CREATION),
    Line::new(
        "access serviceAccounts delete",
        "Delete a service account",
        "deleteOrgServiceAccount",
        Show::Done("Service account '{}' is deleted"),
    )
    .named(&["clientId"])
    .asks(),
    Line::new("access serviceAccounts rotate", "Make another secret; it is shown once", "createOrgSecret", SECRET)
        .named(&["clientId"])
        .body(Body::Fields { template: SECRET_TEMPLATE, fields: &[SECRET_HOURS] }),
    Line::new(
        "access serviceAccounts deleteSecret",
        "Delete a secret",
        "deleteOrgSecret",
        Show::Done("Secret '{}' is deleted"),
    )
    .named(&["clientId", "secretId"])
    .asks(),
    Line::new("access users list", "List an organization's users", "listOrgUsers", USER),
    Line::new("access users describe", "Show a user", "getOrgUser", USER).named(&["userId"]),
    Line::new("access users invite", "Invite somebody by mail", "createOrgUser", USER).body(Body::Fields {
        template: "{}",
        fields: &[
            Field::new("username", "/username", FieldKind::Text, "The mail address").required().by_place(),
            Field::new("role", "/roles/orgRoles", FieldKind::Texts, "A role, such as ORG_MEMBER; may be repeated")
                .required(),
        ],
    }),
    Line::new("access users disable", "Keep a user out until enabled again", "disableUser", STANDING)
        .named(&["userId"]),
    Line::new("access users enable", "Let a user in again", "enableUser", STANDING).named(&["userId"]),
    Line::new("access users reset", "Send a user a new way to set a password", "resetUser", STANDING)
        .named(&["userId"]),
    Line::new("access users delete", "Remove a user", "removeOrgUser", Show::Done("User '{}' is removed"))
        .named(&["userId"])
        .asks(),
    Line::new("access users project", "List a project's users", "listGroupUsers", USER),
    Line::new("access teams list", "List an organization's teams", "listOrgTeams", TEAM),
    Line::new("access teams describe", "Show a team", "getOrgTeam", TEAM).named(&["teamId"]),
    Line::new("access teams create", "Make a team", "createOrgTeam", TEAM).body(Body::Fields {
        template: "{}",
        fields: &[
            Field::new("name", "/name", FieldKind::Text, "The team's name").required().by_place(),
            Field::new("username", "/usernames", FieldKind::Texts, "Somebody in it; may be given several times")
                .required(),
        ],
    }),
    Line::new("access teams delete", "Delete a team", "deleteOrgTeam", Show::Done("Team '{}' is deleted"))
        .named(&["teamId"])
        .asks(),
    Line::new("access accessLists list", "List the addresses", "listAccessListEntries", ADDRESS),
    Line::new("access accessLists create", "Add an address", "createAccessListEntry", ADDRESS).body(Body::Fields {
        template: "[{}]",
        fields: &[
            Field::new("cidrBlock", "/0/cidrBlock", FieldKind::Text, "A network, such as 192.0.2.0/24"),
            Field::new("ipAddress", "/0/ipAddress", FieldKind::Text, "A single address"),
            Field::new("comment", "/0/comment", FieldKind::Text, "What it is"),
        ],
    }),
    Line::new(
        "access accessLists delete",
        "Remove an address",
        "deleteAccessListEntry",
        Show::Done("Entry '{}' is deleted"),
    )
    .named(&["entryValue"])
    .asks(),
];
