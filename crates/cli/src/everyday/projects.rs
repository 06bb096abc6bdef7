//! `atrest projects`, `atrest organizations` and `atrest events`.

use super::line::{Body, Field, FieldKind, Line, Show};
use crate::output::Column;

const PROJECT: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "NAME", pointer: "/name" },
    Column { heading: "CLUSTERS", pointer: "/clusterCount" },
    Column { heading: "CREATED", pointer: "/created" },
]);

const ACTIVITY: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "NAME", pointer: "/name" },
    Column { heading: "ACTIVITY", pointer: "/activity" },
]);

const ORGANIZATION: Show =
    Show::Table(&[Column { heading: "ID", pointer: "/id" }, Column { heading: "NAME", pointer: "/name" }]);

const EVENT: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "CREATED", pointer: "/created" },
    Column { heading: "EVENT", pointer: "/eventTypeName" },
]);

const EVENT_TYPE: Show = Show::Table(&[
    Column { heading: "EVENT", pointer: "/eventType" },
    Column { heading: "ALERTABLE", pointer: "/alertable" },
    Column { heading: "DESCRIPTION", pointer: "/description" },
]);

const NAME: Field = Field::new("name", "/name", FieldKind::Text, "The name");
/// A project is created in an organization, which its body names.
const IN_ORGANIZATION: Field =
    Field::new("orgId", "/orgId", FieldKind::Text, "The organization's id; the profile's org_id if left out");

pub(super) const LINES: &[Line] = &[
    Line::new("projects list", "List projects", "listGroups", PROJECT),
    Line::new("projects describe", "Show a project", "getGroup", PROJECT).named(&["groupId"]),
    Line::new("projects create", "Create a project", "createGroup", PROJECT)
        .body(Body::Fields { template: "{}", fields: &[NAME.required().by_place(), IN_ORGANIZATION.required()] }),
    Line::new("projects update", "Change a project's name or tags", "updateGroup", PROJECT)
        .named(&["groupId"])
        .body(Body::Fields { template: "{}", fields: &[NAME.required()] }),
    Line::new("projects delete", "Delete a project", "deleteGroup", Show::Done("Project '{}' is deleted"))
        .named(&["groupId"])
        .asks(),
    Line::new("projects deactivate", "Set a project inactive", "updateGroupActivity", ACTIVITY)
        .named(&["groupId"])
        .body(Body::Fixed(r#"{"activity":"INACTIVE"}"#))
        .asks(),
    Line::new("projects activate", "Set a project active again", "updateGroupActivity", ACTIVITY)
        .named(&["groupId"])
        .body(Body::Fixed(r#"{"activity":"ACTIVE"}"#)),
    Line::new("projects deleted", "List deleted projects that can be brought back", "listDeletedGroups", Show::Any),
    Line::new("projects return", "Bring a deleted project back", "returnGroup", PROJECT).named(&["groupId"]),
    Line::new("organizations list", "List organizations", "listOrgs", ORGANIZATION),
    Line::new("organizations describe", "Show an organization", "getOrg", ORGANIZATION).named(&["orgId"]),
    Line::new("events list", "List a project's events, newest first", "listGroupEvents", EVENT),
    Line::new("events describe", "Show an event", "getGroupEvent", Show::Any).named(&["eventId"]),
    Line::new("events organization", "List an organization's events, newest first", "listOrgEvents", EVENT),
    Line::new("events types", "List the kinds of events", "listEventTypes", EVENT_TYPE),
];
