//! `atrest keys`.

use super::line::{Line, Show};
use crate::output::Column;

const MASTER_KEY: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "CLUSTER", pointer: "/clusterName" },
    Column { heading: "NODE", pointer: "/nodeId" },
    Column { heading: "ROLE", pointer: "/nodeRole" },
    Column { heading: "STATE", pointer: "/state" },
    Column { heading: "CUSTOMER KEY", pointer: "/customerKey" },
    Column { heading: "CREATED", pointer: "/createdAt" },
]);

const CUSTOMER_KEY: Show = Show::Table(&[
    Column { heading: "PROVIDER", pointer: "/provider" },
    Column { heading: "NUMBER", pointer: "/number" },
    Column { heading: "CURRENT", pointer: "/current" },
    Column { heading: "STATE", pointer: "/state" },
    Column { heading: "MASTER KEYS", pointer: "/masterKeys" },
    Column { heading: "SNAPSHOTS", pointer: "/snapshots" },
    Column { heading: "SAFE TO DISABLE", pointer: "/safeToDisable" },
    Column { heading: "NAME", pointer: "/keyName" },
]);

const ROTATION: Show = Show::Table(&[
    Column { heading: "ID", pointer: "/id" },
    Column { heading: "PROVIDER", pointer: "/provider" },
    Column { heading: "STATE", pointer: "/state" },
    Column { heading: "STARTED", pointer: "/startedAt" },
    Column { heading: "FINISHED", pointer: "/finishedAt" },
    Column { heading: "IN THE WAY", pointer: "/lastFailure" },
]);

pub(super) const LINES: &[Line] = &[
    Line::new("keys list", "List a project's master keys, without the keys themselves", "listMasterKeys", MASTER_KEY),
    Line::new("keys describe", "Show a master key, without the key itself", "getMasterKey", MASTER_KEY)
        .named(&["masterKeyId"]),
    Line::new("keys return", "Bring a destroyed master key back", "returnMasterKey", MASTER_KEY)
        .named(&["masterKeyId"]),
    Line::new(
        "keys customer",
        "List the customer keys a project has and had, and what each still protects",
        "listCustomerKeys",
        CUSTOMER_KEY,
    ),
    Line::new("keys rotations list", "List a project's rotations, newest first", "listRotations", ROTATION),
    Line::new("keys rotations describe", "Show how far a rotation is", "getRotation", ROTATION).named(&["rotationId"]),
];
