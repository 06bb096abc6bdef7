//! How what is said of an alert lies in its column: JSON. Every part is taken apart by name, so that a new one breaks
//! the build here. Must not know SQL.

use std::collections::BTreeMap;

use domain::alert::{Acknowledgement, Alert, Why};
use domain::cluster::ClusterName;
use domain::id::NotifierId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Result, StoreError};
use crate::sql::to_json;

/// The column `body`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BodyText {
    cluster: Option<String>,
    reason: Option<String>,
    detail: Option<String>,
    ends_at: Option<i64>,
    acknowledged_by: Option<String>,
    comment: Option<String>,
    told: BTreeMap<String, i64>,
}

/// What the column holds.
pub(super) struct Body {
    pub(super) cluster: Option<ClusterName>,
    pub(super) why: Why,
    pub(super) acknowledgement: Option<Acknowledgement>,
    pub(super) told: BTreeMap<NotifierId, Timestamp>,
}

/// Writes the column.
pub(super) fn write(alert: &Alert) -> Result<String> {
    let Why { reason, detail, ends_at } = &alert.why;
    let taken = alert.acknowledgement.as_ref();
    to_json(&BodyText {
        cluster: alert.cluster.as_ref().map(|name| name.as_str().to_owned()),
        reason: reason.clone(),
        detail: detail.clone(),
        ends_at: ends_at.map(Timestamp::as_millis),
        acknowledged_by: taken.and_then(|taken| taken.by.clone()),
        comment: taken.and_then(|taken| taken.comment.clone()),
        told: alert.told.iter().map(|(notifier, at)| (notifier.to_string(), at.as_millis())).collect(),
    })
}

/// Reads the column; `until` is a column of its own.
pub(super) fn read(text: BodyText, until: Option<Timestamp>) -> Result<Body> {
    let BodyText { cluster, reason, detail, ends_at, acknowledged_by, comment, told } = text;
    let corrupt = || StoreError::Corrupt { table: "alerts", what: "body" };
    let cluster = cluster.map(|name| ClusterName::parse(&name).ok_or_else(corrupt)).transpose()?;
    let notifier = |(notifier, at): (String, i64)| {
        let notifier = notifier.parse().map_err(|_| corrupt())?;
        Ok((notifier, Timestamp::from_millis(at)))
    };
    Ok(Body {
        cluster,
        why: Why { reason, detail, ends_at: ends_at.map(Timestamp::from_millis) },
        acknowledgement: until.map(|until| Acknowledgement { until, comment, by: acknowledged_by }),
        told: told.into_iter().map(notifier).collect::<Result<_>>()?,
    })
}
