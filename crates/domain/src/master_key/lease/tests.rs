//! Every boundary of a lease, as tables. Times are seconds since boot.

use super::*;
use crate::master_key::fixture::{NOW, SECOND};

const LEASE: u64 = 300;
const GRACE: u64 = 900;
const AWAY: Decision = Decision::Refuse(NoKey::ProviderAway);
const LOST: Backing = Backing::Lost { since: NOW };

const fn at(seconds: u64) -> BootTime {
    BootTime::since_boot(Duration::from_secs(seconds))
}

fn reading(now: BootTime, last_success: Option<BootTime>) -> Reading {
    Reading { backing: Backing::Usable, generation: 1, last_success, read: now }
}

fn check(unwrapped: u64, checked: Option<u64>, now: u64, asked: Asked, expected: Decision) {
    let memory = Memory { unwrapped: at(unwrapped), generation: 1 };
    for backing in [Backing::Usable, Backing::Unknown] {
        let reading = Reading { backing, ..reading(at(now), checked.map(at)) };
        let decision = decide(Some(memory), reading, asked, LeaseTerms::default(), at(now));
        assert_eq!(decision, expected, "{unwrapped} {checked:?} {now} {asked:?} {backing:?}");
    }
}

#[test]
fn the_lease_counts_from_the_last_start() {
    use Decision::{AskProvider, Serve};
    for (unwrapped, checked, now, expected) in [
        (1000, None, 1000, Serve),
        (1000, None, 1000 + LEASE - 1, Serve),
        (1000, None, 1000 + LEASE, AskProvider),
        (1000, None, 1000 + GRACE, AskProvider),
        (1000, Some(1200), 1200 + LEASE - 1, Serve),
        (1000, Some(1200), 1200 + LEASE, AskProvider),
        (1000, Some(900), 1000 + LEASE - 1, Serve),
        (1000, Some(900), 1000 + LEASE, AskProvider),
        // A start that lies ahead is worth nothing; the other one counts.
        (1000, None, 999, AskProvider),
        (1000, Some(900), 999, Serve),
        (1000, Some(5000), 1000 + LEASE, AskProvider),
        (1000, Some(5000), 1000 + LEASE - 1, Serve),
    ] {
        check(unwrapped, checked, now, Asked::NotYet, expected);
    }
}

#[test]
fn an_outage_is_bridged_for_the_grace() {
    use Decision::Serve;
    for (unwrapped, checked, now, expected) in [
        (1000, None, 1000 + LEASE - 1, Serve),
        (1000, None, 1000 + LEASE, Serve),
        (1000, None, 1000 + GRACE - 1, Serve),
        (1000, None, 1000 + GRACE, AWAY),
        (1000, Some(1200), 1200 + GRACE - 1, Serve),
        (1000, Some(1200), 1200 + GRACE, AWAY),
        (1000, None, 999, AWAY),
    ] {
        check(unwrapped, checked, now, Asked::Away, expected);
    }
}

#[test]
fn a_refusal_is_not_outvoted_by_memory() {
    for now in [1000, 1000 + LEASE, 1000 + GRACE] {
        check(1000, Some(1000), now, Asked::Refused, Decision::Refuse(NoKey::Unconfirmed));
    }
}

#[test]
fn terms_set_both_ends() {
    use Decision::{AskProvider, Serve};
    let memory = Some(Memory { unwrapped: at(1000), generation: 1 });
    let terms = |max, grace| LeaseTerms::new(Duration::from_secs(max), Duration::from_secs(grace)).unwrap();
    for (max, grace, age, asked, expected) in [
        (0, 0, 0, Asked::NotYet, AskProvider),
        (0, 0, 0, Asked::Away, AWAY),
        (0, 60, 0, Asked::NotYet, AskProvider),
        (0, 60, 59, Asked::Away, Serve),
        (0, 60, 60, Asked::Away, AWAY),
        // No grace takes nothing off the lease.
        (300, 0, 299, Asked::NotYet, Serve),
        (300, 0, 299, Asked::Away, Serve),
        (300, 0, 300, Asked::NotYet, AskProvider),
        (300, 0, 300, Asked::Away, AWAY),
        (2, 4, 1, Asked::NotYet, Serve),
        (2, 4, 2, Asked::NotYet, AskProvider),
        (2, 4, 3, Asked::Away, Serve),
        (2, 4, 4, Asked::Away, AWAY),
    ] {
        let now = at(1000 + age);
        let decision = decide(memory, reading(now, None), asked, terms(max, grace), now);
        assert_eq!(decision, expected, "{max} {grace} {age} {asked:?}");
    }
    assert_eq!(LeaseTerms::new(LEASE_MAX, OUTAGE_GRACE), Ok(LeaseTerms::default()));
    assert_eq!(LeaseTerms::new(LEASE_MAX + SECOND, OUTAGE_GRACE), Err(LeaseTooLong));
}

#[test]
fn without_memory_the_provider_is_all_there_is() {
    let now = at(1000);
    for (asked, expected) in [
        (Asked::NotYet, Decision::AskProvider),
        (Asked::Away, AWAY),
        (Asked::Refused, Decision::Refuse(NoKey::Unconfirmed)),
    ] {
        // A check a moment ago does not bring back what is not in memory.
        assert_eq!(decide(None, reading(now, Some(now)), asked, LeaseTerms::default(), now), expected);
    }
}

#[test]
fn memory_from_before_a_change_is_not_memory() {
    let now = at(1000);
    for (generation, serves) in [(0, false), (1, true), (2, false)] {
        let memory = Some(Memory { unwrapped: now, generation });
        let decide = |asked| decide(memory, reading(now, Some(now)), asked, LeaseTerms::default(), now);
        let expected = if serves { (Decision::Serve, Decision::Serve) } else { (Decision::AskProvider, AWAY) };
        assert_eq!((decide(Asked::NotYet), decide(Asked::Away)), expected);
    }
}

#[test]
fn nothing_is_served_past_a_loss() {
    let now = at(1000);
    let reading = Reading { backing: LOST, ..reading(now, Some(now)) };
    for memory in [None, Some(Memory { unwrapped: now, generation: 1 })] {
        for asked in [Asked::NotYet, Asked::Away, Asked::Refused] {
            let expected = Decision::Refuse(NoKey::CustomerKeyLost { since: NOW });
            assert_eq!(decide(memory, reading, asked, LeaseTerms::default(), now), expected);
        }
    }
}

#[test]
fn no_store_no_release() {
    let now = at(1000);
    let millis = |millis| BootTime::since_boot(Duration::from_millis(millis));
    let memory = Some(Memory { unwrapped: at(999), generation: 1 });
    for (read, served) in
        [(now, true), (millis(999_000), true), (millis(998_999), false), (at(0), false), (millis(1_000_001), false)]
    {
        for backing in [Backing::Usable, Backing::Unknown, LOST] {
            let reading = Reading { read, backing, ..reading(now, None) };
            let decision = decide(memory, reading, Asked::NotYet, LeaseTerms::default(), now);
            let refused = decision == Decision::Refuse(NoKey::StoreAway);
            assert_eq!(refused, !served, "{read:?} {backing:?} {decision:?}");
        }
    }
}

#[test]
fn a_state_is_told_as_long_as_memory_would_serve() {
    let terms = |max, grace| LeaseTerms::new(Duration::from_secs(max), Duration::from_secs(grace)).unwrap();
    for (terms, last, now, expected) in [
        (LeaseTerms::default(), Some(1000), 1000, true),
        (LeaseTerms::default(), Some(1000), 1000 + GRACE - 1, true),
        (LeaseTerms::default(), Some(1000), 1000 + GRACE, false),
        (LeaseTerms::default(), Some(1000), 999, false),
        (LeaseTerms::default(), None, 1000, false),
        (terms(300, 0), Some(1000), 1299, true),
        (terms(300, 0), Some(1000), 1300, false),
        (terms(0, 0), Some(1000), 1000, false),
    ] {
        assert_eq!(covered(last.map(at), terms, at(now)), expected, "{terms:?} {last:?} {now}");
    }
}

#[test]
fn a_check_is_brought_over_from_the_stores_clock_and_never_grows_younger() {
    let now = at(1000);
    for (checked_ago, before, expected) in [
        (0, None, Some(at(1000))),
        (10, None, Some(at(990))),
        (1000, None, Some(at(0))),
        // Before this machine's boot.
        (1001, None, None),
        // The store's clock went back since we saw the check first: the older view stands.
        (2, Some(at(990)), Some(at(990))),
        // It went ahead: so does the age.
        (30, Some(at(990)), Some(at(970))),
    ] {
        let checked_at = NOW - Duration::from_secs(checked_ago);
        assert_eq!(BootTime::of_check(checked_at, NOW, now, before), expected, "{checked_ago} {before:?}");
    }
    // A check that lies ahead was not made yet.
    assert_eq!(BootTime::of_check(NOW + SECOND, NOW, now, Some(at(990))), None);
}

#[test]
fn every_refusal_says_whose_fault_it_is() {
    for (no_key, blame, definitive) in [
        (NoKey::CustomerKeyLost { since: NOW }, Blame::CustomerKey, true),
        (NoKey::Unconfirmed, Blame::Provider, false),
        (NoKey::ProviderAway, Blame::Provider, false),
        (NoKey::StoreAway, Blame::Us, false),
    ] {
        assert_eq!((no_key.blame(), no_key.is_definitive()), (blame, definitive));
    }
}
