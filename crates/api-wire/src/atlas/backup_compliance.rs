//! The backup compliance policy of a project. The older date knows its person by address only. It must not know the
//! domain.

pub mod v2023_01_01;
pub mod v2023_10_01;

use serde::Serialize;

use super::backup_policy::{PolicyItem, PolicyItemBody};
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::query::QueryParameter;
use crate::schema::{FLAG, Kind, Schema, TextRule};
use crate::text_format::{self, ONE_LINE, TextFormat};
use crate::wire_time::WireTime;

/// Whether schedules that fall short of the policy are overwritten.
pub static OVERWRITE: QueryParameter = QueryParameter {
    name: "overwriteBackupPolicies",
    schema: &FLAG,
    repeated: false,
    default: Some("true"),
    description: "Whether schedules that fall short of the policy are overwritten. Accepted; schedules are never changed by a policy here.",
};

/// What a PUT says. The policy is set whole.
#[derive(Debug)]
pub struct ComplianceBody {
    /// The address of who answers for it.
    pub authorized_email: Patch<String>,
    /// The first name.
    pub authorized_user_first_name: Patch<String>,
    /// The last name.
    pub authorized_user_last_name: Patch<String>,
    /// Whether backups are copied elsewhere.
    pub copy_protection_enabled: Patch<bool>,
    /// Whether every cluster uses a customer key.
    pub encryption_at_rest_enabled: Patch<bool>,
    /// How long backups are kept that somebody asks for.
    pub on_demand_policy_item: Patch<PolicyItemBody>,
    /// Whether every cluster can be restored to any moment.
    pub pit_enabled: Patch<bool>,
    /// How far back that reaches. Unit: days.
    pub restore_window_days: Patch<i64>,
    /// What is taken at least.
    pub scheduled_policy_items: Patch<Vec<PolicyItemBody>>,
}

impl ComplianceBody {
    /// Reads the body of a PUT, in the shape of either date.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8], schema: &Schema) -> Result<Self, Vec<Fault>> {
        let object = parse(bytes, schema, Limits::default())?;
        Self::from_object(object).map_err(|fault| vec![fault])
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            authorized_email: body.text("authorizedEmail")?,
            authorized_user_first_name: body.text("authorizedUserFirstName")?,
            authorized_user_last_name: body.text("authorizedUserLastName")?,
            copy_protection_enabled: body.flag("copyProtectionEnabled")?,
            encryption_at_rest_enabled: body.flag("encryptionAtRestEnabled")?,
            on_demand_policy_item: body.one("onDemandPolicyItem", PolicyItemBody::from_object)?,
            pit_enabled: body.flag("pitEnabled")?,
            restore_window_days: body.integer("restoreWindowDays")?,
            scheduled_policy_items: body.many("scheduledPolicyItems", PolicyItemBody::from_object)?,
        })
    }
}

/// A project's backup compliance policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompliancePolicy {
    /// The address of who answers for it.
    pub authorized_email: String,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_user_first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_user_last_name: Option<String>,
    /// Whether backups are copied elsewhere.
    pub copy_protection_enabled: bool,
    /// Whether it can be ended: always here.
    pub deletable: bool,
    /// Whether every cluster uses a customer key.
    pub encryption_at_rest_enabled: bool,
    /// How long backups are kept that somebody asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_demand_policy_item: Option<PolicyItem>,
    /// Whether every cluster can be restored to any moment.
    pub pit_enabled: bool,
    /// The project.
    pub project_id: String,
    /// How far back one can go. Unit: days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_window_days: Option<u32>,
    /// What is taken at least.
    pub scheduled_policy_items: Vec<PolicyItem>,
    /// How far it is.
    pub state: &'static str,
    /// When it was set.
    pub updated_date: WireTime,
}

/// The fields of both dates; how the person's names are wanted is handed in.
macro_rules! fields {
    ($email:ident, $names:ident) => {
        &[
            Field::$email("authorizedEmail", &EMAIL_TEXT, "The address of who answers for the policy."),
            Field::$names("authorizedUserFirstName", &PERSON, "The first name of who answers for it."),
            Field::$names("authorizedUserLastName", &PERSON, "The last name of who answers for it."),
            Field::optional("copyProtectionEnabled", &FLAG, "Whether backups are copied elsewhere. Kept as given.")
                .nullable(),
            Field::optional("deletable", &FLAG, "Whether the policy can be ended: always here.").nullable().read_only(),
            Field::optional(
                "encryptionAtRestEnabled",
                &FLAG,
                "Whether every cluster of the project must use a customer key. This is enforced.",
            )
            .nullable(),
            Field::optional("onDemandPolicyItem", &ON_DEMAND_ITEM, "How long backups are kept that somebody asks for.")
                .nullable(),
            Field::optional("pitEnabled", &FLAG, "Whether every cluster can be restored to any moment. Kept as given.")
                .nullable(),
            Field::optional("projectId", &TEXT, "The project.").nullable().read_only(),
            Field::optional("restoreWindowDays", &DAYS, "How many days back one can restore. Kept as given.")
                .nullable(),
            Field::optional("scheduledPolicyItems", &SCHEDULED_ITEMS, "What is taken at least. Kept as given.")
                .nullable(),
            Field::optional("state", &STATE, "How far the policy is.").nullable().read_only(),
            Field::optional("updatedDate", &DATE_TIME, "When it was set.").nullable().read_only(),
            Field::optional("updatedUser", &TEXT, "Who set it; the events tell more.").nullable().read_only(),
        ]
    };
}
use fields;

/// The rule of `text_format::EMAIL`, told as a pattern: the word `email` promises texts that no mail reaches, and every
/// text that the document promises is taken here.
static EMAIL: TextFormat = TextFormat {
    pattern: "^[^@\\s\\x00-\\x1f\\x7f-\\x9f]+@[^@\\s\\x00-\\x1f\\x7f-\\x9f]+$",
    keyword: None,
    expected: "an e-mail address such as owner@example.com",
    matches: |text| (text_format::EMAIL.matches)(text),
};

static EMAIL_TEXT: Schema = Schema::inline(Kind::Text(TextRule { min: 3, max: 254, format: Some(&EMAIL) }));
static PERSON: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 256, format: Some(&ONE_LINE) }));
static DAYS: Schema = Schema::inline(Kind::Integer { min: 0, max: 100_000 });
static SCHEDULED_ITEMS: Schema = Schema::inline(Kind::List { items: &super::backup_policy::SCHEDULED_ITEM, max: 100 });
static STATE: Schema = Schema::inline(Kind::OneOf(&["ACTIVE", "ENABLING", "UPDATING", "DISABLING"]));
