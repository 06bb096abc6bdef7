//! Parts of Atlas that are not offered, whose reading answers what it answers in a project that uses none of them:
//! clients that walk a whole project go on. It must not know the domain.
//! Source: clients.md 1.7; the shapes are those of the public SDKs.

use serde::Serialize;

use crate::query::QueryParameter;
use crate::schema::{COUNT, FLAG, Field, Kind, Schema, TEXT};

/// How the audit log of databases is set: not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditLog {
    /// Whether successful authorizations are written down.
    pub audit_authorization_success: bool,
    /// What is written down.
    pub audit_filter: &'static str,
    /// How that is said.
    pub configuration_type: &'static str,
    /// Whether anything is.
    pub enabled: bool,
}

impl AuditLog {
    /// Nothing is written down.
    pub const NONE: Self =
        Self { audit_authorization_success: false, audit_filter: "{}", configuration_type: "NONE", enabled: false };
}

/// When machines are looked after: no time is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceWindow {
    /// Whether it is put off once.
    pub auto_defer_once_enabled: bool,
    /// The day of the week, from 1; 0 for none.
    pub day_of_week: u8,
    /// The hour of that day.
    pub hour_of_day: u8,
    /// How often it was put off.
    pub number_of_deferrals: u8,
    /// Whether it begins at once.
    #[serde(rename = "startASAP")]
    pub start_asap: bool,
}

impl MaintenanceWindow {
    /// No time is set.
    pub const NONE: Self = Self {
        auto_defer_once_enabled: false,
        day_of_week: 0,
        hour_of_day: 0,
        number_of_deferrals: 0,
        start_asap: false,
    };
}

/// Whether private endpoints of clusters are told by region: there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionalMode {
    /// Whether they are.
    pub enabled: bool,
}

impl RegionalMode {
    /// They are not.
    pub const NONE: Self = Self { enabled: false };
}

/// How users of databases sign in otherwise: not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserSecurity {
    /// Certificates.
    #[serde(rename = "customerX509")]
    pub customer_x509: CustomerX509,
    /// Directories.
    pub ldap: Ldap,
}

/// Whose certificates are believed: nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerX509 {}

/// Which directory is asked: none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ldap {
    /// Who a user is.
    pub authentication_enabled: bool,
    /// What a user may.
    pub authorization_enabled: bool,
}

impl UserSecurity {
    /// Neither.
    pub const NONE: Self = Self {
        customer_x509: CustomerX509 {},
        ldap: Ldap { authentication_enabled: false, authorization_enabled: false },
    };
}

/// A part of Atlas that is not offered, and how the paths of a project begin that belong to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is, as half a sentence.
    pub title: &'static str,
    /// How its paths go on after the project.
    pub path: &'static str,
}

/// Every such part. Reading is in the registry where clients need it; writing is refused by name.
pub static PARTS: &[Part] = &[
    Part { title: "database auditing", path: "auditLog" },
    Part { title: "custom database roles", path: "customDBRoles" },
    Part { title: "database users", path: "databaseUsers" },
    Part { title: "third-party integrations", path: "integrations" },
    Part { title: "maintenance windows", path: "maintenanceWindow" },
    Part { title: "network peering", path: "peers" },
    Part { title: "private endpoints of clusters", path: "privateEndpoint" },
    Part { title: "LDAP and X.509 sign-in to databases", path: "userSecurity" },
    Part { title: "data federation", path: "dataFederation" },
    Part { title: "stream processing", path: "streams" },
];

/// Finds the part that a path of the Atlas API belongs to.
pub fn part_of(path: &str) -> Option<&'static Part> {
    let rest = path.strip_prefix("/api/atlas/v2/groups/")?;
    let mut words = rest.split('/');
    let (_project, word) = (words.next()?, words.next()?);
    PARTS.iter().find(|part| part.path == word)
}

/// The cloud whose network peerings are listed.
pub static PEERING_PROVIDER_NAME: QueryParameter = QueryParameter {
    name: "providerName",
    schema: &crate::atlas::cloud_provider_access::PROVIDER_NAME,
    repeated: false,
    default: Some("AWS"),
    description: "The cloud whose network peerings are listed: none has any here.",
};

/// One thing of which there is none.
pub static NOTHING_LIKE_IT: Schema = Schema {
    name: Some("NotOffered"),
    description: "What there is none of here.",
    kind: Kind::Object { fields: &[], open: true },
};

/// A bare list without items.
pub static EMPTY_LIST: Schema = Schema {
    name: Some("NotOfferedList"),
    description: "A list without items: there are none here.",
    kind: Kind::List { items: &NOTHING_LIKE_IT, max: 0 },
};

/// The shape of how the audit log is set.
pub static AUDIT_LOG: Schema = Schema {
    name: Some("AuditLog"),
    description: "How databases write down what is done: not through this service.",
    kind: Kind::Object {
        fields: &[
            Field::required("auditAuthorizationSuccess", &FLAG, "Always false."),
            Field::required("auditFilter", &TEXT, "Always an empty filter."),
            Field::required("configurationType", &TEXT, "Always NONE."),
            Field::required("enabled", &FLAG, "Always false."),
        ],
        open: false,
    },
};

/// The shape of when machines are looked after.
pub static MAINTENANCE_WINDOW: Schema = Schema {
    name: Some("MaintenanceWindow"),
    description: "When machines are looked after: their operator says so elsewhere.",
    kind: Kind::Object {
        fields: &[
            Field::required("autoDeferOnceEnabled", &FLAG, "Always false."),
            Field::required("dayOfWeek", &COUNT, "Always 0: no day."),
            Field::required("hourOfDay", &COUNT, "Always 0."),
            Field::required("numberOfDeferrals", &COUNT, "Always 0."),
            Field::required("startASAP", &FLAG, "Always false."),
        ],
        open: false,
    },
};

/// The shape of whether private endpoints of clusters are told by region.
pub static REGIONAL_MODE: Schema = Schema {
    name: Some("RegionalMode"),
    description: "Whether private endpoints of clusters are told by region: there are none.",
    kind: Kind::Object { fields: &[Field::required("enabled", &FLAG, "Always false.")], open: false },
};

/// The shape of how users of databases sign in otherwise.
pub static USER_SECURITY: Schema = Schema {
    name: Some("UserSecurity"),
    description: "How users of databases sign in otherwise: not through this service.",
    kind: Kind::Object {
        fields: &[
            Field::required("customerX509", &NOTHING_LIKE_IT, "Always empty."),
            Field::required("ldap", &LDAP, "Always off."),
        ],
        open: false,
    },
};
static LDAP: Schema = Schema::inline(Kind::Object {
    fields: &[
        Field::required("authenticationEnabled", &FLAG, "Always false."),
        Field::required("authorizationEnabled", &FLAG, "Always false."),
    ],
    open: false,
});

#[cfg(test)]
mod tests {
    use super::{AUDIT_LOG, AuditLog, MAINTENANCE_WINDOW, MaintenanceWindow, part_of};
    use super::{REGIONAL_MODE, RegionalMode, USER_SECURITY, UserSecurity};
    use crate::body::{Limits, parse};
    use crate::schema::Schema;

    #[test]
    fn answers_keep_to_their_schemas() {
        let check = |text: String, schema: &Schema| {
            parse(text.as_bytes(), schema, Limits::default()).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        };
        check(serde_json::to_string(&AuditLog::NONE).unwrap(), &AUDIT_LOG);
        check(serde_json::to_string(&MaintenanceWindow::NONE).unwrap(), &MAINTENANCE_WINDOW);
        check(serde_json::to_string(&RegionalMode::NONE).unwrap(), &REGIONAL_MODE);
        check(serde_json::to_string(&UserSecurity::NONE).unwrap(), &USER_SECURITY);
    }

    #[test]
    fn finds_the_part_of_a_path() {
        let part = |path: &str| part_of(path).map(|part| part.path);
        assert_eq!(part("/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/databaseUsers/admin/x"), Some("databaseUsers"));
        assert_eq!(part("/api/atlas/v2/groups/x/integrations"), Some("integrations"));
        for none in ["/api/atlas/v2/groups/integrations", "/api/atlas/v2/groups/x/clusters", "/integrations", ""] {
            assert_eq!(part(none), None, "{none}");
        }
    }
}
