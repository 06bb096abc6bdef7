//! Verifying a project's record of releases: each line against the one before it, the last against the head, and all
//! of it against heads that were signed and kept elsewhere. It reads one instant, beside a running server.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::hmac;
use domain::id::ProjectId;

use super::chain::{self, GENESIS, Mac};
use super::{HEAD, LINES, ReleaseHead, SignedHead, head_of};
use crate::Store;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, values};

/// Lines read at once.
const PAGE: i64 = 1000;
/// The most breaches that are told one by one.
const MOST_TOLD: usize = 100;

/// What the verification of a project's record came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The project.
    pub project: ProjectId,
    /// How many lines there are.
    pub lines: u64,
    /// The head, if there is one and it is genuine.
    pub head: Option<ReleaseHead>,
    /// What is wrong, the first hundred; nothing if the record is intact.
    pub breaches: Vec<Breach>,
}

/// One thing that is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// A line is not the one that was written at its place.
    Edited {
        /// The line.
        sequence: i64,
    },
    /// Lines are gone, with others after them.
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// Lines are gone at the end: the head knows of more.
    Cut {
        /// The last line there is.
        last: i64,
        /// The last line the head knows of.
        head: i64,
    },
    /// Lines stand after the one that the head calls the last: an older head was put back.
    HeadPutBack {
        /// The last line the head knows of.
        head: i64,
        /// The last line there is.
        last: i64,
    },
    /// The head is not what was written.
    HeadEdited,
    /// There are lines and no head.
    HeadMissing {
        /// The last line there is.
        last: i64,
    },
    /// A signed head knows of lines that are gone, from the record and from its head.
    CutBehindSignedHead {
        /// The last line there is.
        last: i64,
        /// The last line the signed head knows of.
        signed: i64,
    },
    /// At the place of a signed head stands another line: the record was written anew from there or before.
    Forked {
        /// The place.
        sequence: i64,
    },
    /// A signed head does not bear this installation's signature.
    NotOurSignature {
        /// The last line it claims to know of.
        signed: i64,
    },
    /// The key that chains the lines is gone, so nothing can be verified.
    NoKey,
}

impl Verdict {
    /// Tells whether nothing is wrong.
    #[must_use]
    pub const fn is_intact(&self) -> bool {
        self.breaches.is_empty()
    }

    fn tell(&mut self, breach: Breach) {
        if self.breaches.len() < MOST_TOLD {
            self.breaches.push(breach);
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited { sequence } => write!(f, "line {sequence} is not what was written there"),
            Self::Missing { from, to } if from == to => write!(f, "line {from} is missing"),
            Self::Missing { from, to } => write!(f, "lines {from} to {to} are missing"),
            Self::Cut { last, head } => {
                write!(f, "cut at the end: it stops at line {last}, its head knows of line {head}")
            }
            Self::HeadPutBack { head, last } => {
                write!(f, "an older head was put back: it stops at line {head}, there are lines up to {last}")
            }
            Self::HeadEdited => f.write_str("its head is not what was written"),
            Self::HeadMissing { last } => write!(f, "its head is missing, there are lines up to {last}"),
            Self::CutBehindSignedHead { last, signed } => {
                write!(f, "cut at the end: it stops at line {last}, a signed head knows of line {signed}")
            }
            Self::Forked { sequence } => {
                write!(f, "line {sequence} is not the one that a signed head names: the record was written anew")
            }
            Self::NotOurSignature { signed } => {
                write!(f, "the signed head of line {signed} does not bear this installation's signature")
            }
            Self::NoKey => f.write_str("the key that its lines are chained with is gone, nothing can be verified"),
        }
    }
}

impl Store {
    /// Verifies a project's record as it is at one instant, and those of the signed heads that are of this project.
    /// Errors: those of the database; what is wrong with the record is the verdict.
    pub async fn verify_releases(&self, project: ProjectId, heads: &[SignedHead]) -> Result<Verdict> {
        let (key, public_key) = (self.chain_key().await?, self.release_public_key().await?);
        let mut tx = self.snapshot("verify the record of releases").await?;
        let head_row = tx.fetch(&HEAD, values![project]).await?.into_iter().next();
        let mut verdict = Verdict { project, lines: 0, head: None, breaches: Vec::new() };
        let mut signed: BTreeMap<i64, Vec<Mac>> = BTreeMap::new();
        for head in heads.iter().filter(|head| head.project == project) {
            if public_key.is_some_and(|key| head.is_signed_by(&key)) {
                signed.entry(head.sequence).or_default().push(head.mac);
            } else {
                verdict.tell(Breach::NotOurSignature { signed: head.sequence });
            }
        }
        let Some(key) = key else {
            let any = head_row.is_some() || !tx.fetch(&LINES, values![project, i64::MIN, 1]).await?.is_empty();
            if any {
                verdict.tell(Breach::NoKey);
            }
            return Ok(verdict);
        };
        let last = walk(&mut tx, &key, project, &mut signed, &mut verdict).await?;
        let head = head_row.map(|row| head_of(&row, Some(&key))).transpose()?.map(|(_, head)| head);
        judge_head(head, last, &mut verdict);
        if let Some(furthest) = signed.keys().next_back().copied().filter(|signed| *signed > last.sequence) {
            verdict.tell(Breach::CutBehindSignedHead { last: last.sequence, signed: furthest });
        }
        Ok(verdict)
    }
}

/// The last line seen.
#[derive(Clone, Copy)]
struct Last {
    sequence: i64,
    mac: Mac,
    /// What the mac should have been, where the line before is known.
    rightly: Option<Mac>,
}

/// Reads all lines in order, and takes out of `signed` what was met.
async fn walk(
    tx: &mut Tx,
    key: &hmac::Key,
    project: ProjectId,
    signed: &mut BTreeMap<i64, Vec<Mac>>,
    verdict: &mut Verdict,
) -> Result<Last> {
    let mut last = Last { sequence: 0, mac: GENESIS, rightly: Some(GENESIS) };
    let mut after = i64::MIN;
    loop {
        let rows = tx.fetch(&LINES, values![project, after, PAGE]).await?;
        if rows.is_empty() {
            return Ok(last);
        }
        for row in &rows {
            let (sequence, line, mac) = columns(row)?;
            after = sequence;
            verdict.lines = verdict.lines.saturating_add(1);
            if sequence <= 0 {
                // No line was ever written there.
                verdict.tell(Breach::Edited { sequence });
                continue;
            }
            let next = last.sequence.saturating_add(1);
            // After a gap the line before is not known, and neither is what this one's mac should be.
            let previous = if sequence > next { None } else { Some(last) };
            if sequence > next {
                verdict.tell(Breach::Missing { from: next, to: sequence.saturating_sub(1) });
            }
            last = judge_line(key, project, previous, sequence, line.as_deref(), mac, verdict);
            for named in signed.remove(&sequence).into_iter().flatten() {
                if !chain::same(&named, &last.mac) {
                    verdict.tell(Breach::Forked { sequence });
                }
            }
        }
    }
}

/// A line is told once if its text or its mac was edited: its successor may follow on the mac that stands there, or on
/// the one that should.
fn judge_line(
    key: &hmac::Key,
    project: ProjectId,
    previous: Option<Last>,
    sequence: i64,
    line: Option<&str>,
    mac: Option<Mac>,
    verdict: &mut Verdict,
) -> Last {
    let stands = mac.unwrap_or(GENESIS);
    let after = |previous: Mac| line.map(|line| chain::line_mac(key, project, sequence, &previous, line));
    let Some(previous) = previous else {
        if line.is_none() || mac.is_none() {
            verdict.tell(Breach::Edited { sequence });
        }
        return Last { sequence, mac: stands, rightly: None };
    };
    let ways = [after(previous.mac), previous.rightly.and_then(after)];
    let followed = mac.is_some() && ways.iter().flatten().any(|way| chain::same(way, &stands));
    if followed {
        return Last { sequence, mac: stands, rightly: Some(stands) };
    }
    verdict.tell(Breach::Edited { sequence });
    let [_, rightly] = ways;
    Last { sequence, mac: stands, rightly: rightly.or(after(previous.mac)) }
}

/// `head` is none if there is no row, and holds none if the row is not genuine.
fn judge_head(head: Option<Option<ReleaseHead>>, last: Last, verdict: &mut Verdict) {
    match head {
        None if last.sequence > 0 => verdict.tell(Breach::HeadMissing { last: last.sequence }),
        None => {}
        Some(None) => verdict.tell(Breach::HeadEdited),
        Some(Some(head)) => {
            verdict.head = Some(head);
            if head.sequence > last.sequence {
                verdict.tell(Breach::Cut { last: last.sequence, head: head.sequence });
            } else if head.sequence < last.sequence {
                verdict.tell(Breach::HeadPutBack { head: head.sequence, last: last.sequence });
            } else if !chain::same(&head.mac, &last.mac) {
                let edited = Breach::Edited { sequence: last.sequence };
                if verdict.breaches.last() != Some(&edited) {
                    verdict.tell(edited);
                }
            }
        }
    }
}

/// A text or a mac of the wrong shape is none.
fn columns(row: &Row) -> Result<(i64, Option<String>, Option<Mac>)> {
    let mut fields = row.fields("releases");
    let (sequence, line, mac) = (fields.int()?, fields.text_if_any()?, fields.blob_if_any()?);
    Ok((sequence, line, mac.and_then(|mac| mac.try_into().ok())))
}
