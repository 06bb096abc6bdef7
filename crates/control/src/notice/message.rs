//! Fitting what a webhook says into what it may have. Source: product.md 6: 4 KiB.
//! Must not know how it is written.

use domain::notice::AlertNotice;

use super::WrittenAlert;

/// The most a webhook's body may have. Unit: bytes.
const BODY_LIMIT: usize = 4096;
/// The longest sentence and the most clusters of one that does not fit.
const DETAIL_LIMIT: usize = 300;
const CLUSTERS_LIMIT: usize = 10;

/// Writes an alert; if that is too long, with less of what can be long.
pub(super) fn cut_to_fit(alert: &AlertNotice, write: impl Fn(&AlertNotice) -> WrittenAlert) -> WrittenAlert {
    let whole = write(alert);
    if whole.body.len() <= BODY_LIMIT {
        return whole;
    }
    let mut less = alert.clone();
    less.clusters.truncate(CLUSTERS_LIMIT);
    less.detail = less.detail.map(|detail| detail.chars().take(DETAIL_LIMIT).collect());
    less.comment = None;
    write(&less)
}
