//! A configuration to look over, as dated 2025-03-12, and what is found. It must not know which description makes sense.

use serde::Serialize;

use crate::atlas::clusters::v2024_08_05::parts::{NAME, TAGS};
use crate::atlas::clusters::v2024_08_05::request::check;
use crate::atlas::clusters::v2024_08_05::{ClusterBody, UPDATE_SCHEMA};
use crate::body::{Limits, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{FLAG, Field, Kind, Schema, TEXT};

/// A configuration to look over.
#[derive(Debug)]
pub struct ValidationBody {
    /// What the cluster is to be.
    pub cluster_description: ClusterBody,
    /// The cluster that is to change.
    pub cluster_name: Patch<String>,
    /// Whether one is to change; else one is to be created.
    pub editing: Patch<bool>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// What stands against it.
    pub errors: Vec<ValidationError>,
    /// Whether nothing does.
    pub valid: bool,
}

/// What stands against a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationError {
    /// The code that the creation or the change would be refused with.
    pub error_code: String,
    /// What it would say.
    pub validation_issue: String,
}

impl ValidationBody {
    /// Reads the body.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let mut body = parse(bytes, &REQUEST_SCHEMA, Limits::default())?;
        let one = |fault| vec![fault];
        let cluster_description = match body.object("clusterDescription").map_err(one)? {
            Patch::Value(object) => ClusterBody::from_object(object).map_err(one)?,
            Patch::Null | Patch::Absent => ClusterBody::default(),
        };
        let mut faults = match &cluster_description.replication_specs {
            Patch::Value(specs) => check::faults_of(specs.iter()),
            Patch::Null | Patch::Absent => Vec::new(),
        };
        for fault in &mut faults {
            fault.path = format!("clusterDescription.{}", fault.path);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let cluster_name = body.text("clusterName").map_err(one)?;
        Ok(Self { cluster_description, cluster_name, editing: body.flag("editing").map_err(one)? })
    }
}

/// The shape of a configuration to look over.
pub static REQUEST_SCHEMA: Schema = Schema {
    name: Some("ClusterConfiguration"),
    description: "A configuration to look over.",
    kind: Kind::Object { fields: REQUEST_FIELDS, open: false },
};

static REQUEST_FIELDS: &[Field] = &[
    Field::optional("advancedConfiguration", &LEFT_ALONE, "Settings of the database; not looked over.").nullable(),
    Field::required("clusterDescription", &UPDATE_SCHEMA, "What the cluster is to be."),
    Field::optional("clusterName", &NAME, "The cluster that is to change, or the name of the new one.").nullable(),
    Field::required("editing", &FLAG, "Whether a cluster is to change; else one is to be created."),
    Field::optional("searchDeploymentSpec", &LEFT_ALONE, "Search nodes; not looked over.").nullable(),
    Field::optional("tags", &TAGS, "Marks; all of them.").nullable(),
];

static LEFT_ALONE: Schema = Schema::inline(Kind::Object { fields: &[], open: true });

/// The shape of what was found.
pub static SCHEMA: Schema = Schema {
    name: Some("ClusterConfigurationFindings"),
    description: "What stands against a configuration.",
    kind: Kind::Object {
        fields: &[
            Field::required("errors", &ERRORS, "What stands against it."),
            Field::required("valid", &FLAG, "Whether nothing does."),
        ],
        open: false,
    },
};

static ERRORS: Schema = Schema::inline(Kind::List { items: &ERROR, max: 100 });

static ERROR: Schema = Schema {
    name: Some("ClusterConfigurationFinding"),
    description: "What stands against a configuration.",
    kind: Kind::Object {
        fields: &[
            Field::required("errorCode", &TEXT, "The code that the creation or the change would be refused with."),
            Field::required("validationIssue", &TEXT, "What it would say."),
        ],
        open: false,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_faults_where_they_stand() {
        let paths = |body: &str| -> Vec<String> {
            let mut paths: Vec<_> = ValidationBody::read(body.as_bytes())
                .err()
                .unwrap_or_default()
                .into_iter()
                .map(|fault| fault.path)
                .collect();
            paths.sort();
            paths
        };
        assert!(paths(r#"{"clusterDescription":{},"editing":true}"#).is_empty());
        assert_eq!(paths("{}"), ["clusterDescription", "editing"]);
        let body = r#"{"editing":1,"other":1,"clusterDescription":{"paused":"no"}}"#;
        assert_eq!(paths(body), ["clusterDescription.paused", "editing", "other"]);
        let body = r#"{"editing":false,"clusterDescription":{"replicationSpecs":[{"regionConfigs":[{"priority":7,
            "providerName":"AWS","regionName":"NOWHERE","electableSpecs":{"instanceSize":"M10"}}]}]}}"#;
        assert_eq!(paths(body), ["clusterDescription.replicationSpecs[0].regionConfigs[0].regionName"]);
    }
}
