//! The macs of the record of releases. Every part is written with its length, so that no two different lines give the
//! same bytes. Must not know tables.

use aws_lc_rs::{constant_time, hmac};
use domain::id::ProjectId;

use super::ReleaseHead;

/// HMAC-SHA256.
pub(super) type Mac = [u8; 32];

/// What stands before the first line.
pub(super) const GENESIS: Mac = [0; 32];

/// Makes the mac of a line.
pub(super) fn line_mac(key: &hmac::Key, project: ProjectId, sequence: i64, previous: &Mac, line: &str) -> Mac {
    let (project, sequence) = (project.to_string(), sequence.to_be_bytes());
    mac(key, &[b"atrest release v1", project.as_bytes(), &sequence, previous, line.as_bytes()])
}

/// Makes the head's own mac.
pub(super) fn head_mac(key: &hmac::Key, head: &ReleaseHead) -> Mac {
    let ReleaseHead { project, sequence, mac: of_line, updated_at } = head;
    let (project, sequence, at) = (project.to_string(), sequence.to_be_bytes(), updated_at.as_millis().to_be_bytes());
    mac(key, &[b"atrest release head v1", project.as_bytes(), &sequence, of_line, &at])
}

/// Compares in time that does not depend on the content.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> Mac {
    let mut hash = hmac::Context::with_key(key);
    for part in parts {
        hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut mac = GENESIS;
    mac.iter_mut().zip(hash.sign().as_ref()).for_each(|(to, from)| *to = *from);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let (one, other) = (ProjectId::from_random([1; 12]), ProjectId::from_random([2; 12]));
        let mac = line_mac(&key, one, 1, &GENESIS, "line");
        assert_eq!(mac, line_mac(&key, one, 1, &GENESIS, "line"));
        let others = [
            line_mac(&key, other, 1, &GENESIS, "line"),
            line_mac(&key, one, 2, &GENESIS, "line"),
            line_mac(&key, one, 1, &mac, "line"),
            line_mac(&key, one, 1, &GENESIS, "lin"),
            line_mac(&hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]), one, 1, &GENESIS, "line"),
        ];
        assert!(others.iter().all(|other| !same(&mac, other)));
    }
}
