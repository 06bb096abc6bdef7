//! Compares our document with the reference, operation by operation. Must not know why they differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Document, Operation};

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// The reference has a parameter that we do not read.
    LacksParameter,
    /// We read a parameter that the reference does not have.
    AddsParameter,
    /// The reference has a date that we do not serve.
    LacksDate,
    /// We serve a date that the reference does not have.
    AddsDate,
    /// Another status of success.
    Success,
    /// The reference lists an error status that we never answer with.
    LacksStatus,
    /// We answer with an error status that the reference does not list.
    AddsStatus,
    /// The reference takes or gives a body where we do not.
    LacksBody,
    /// A member of a request that we refuse as unknown.
    LacksInRequest,
    /// A member of a request that the reference does not know.
    AddsInRequest,
    /// A member of an answer that we never give.
    LacksInAnswer,
    /// A member of an answer that the reference does not know.
    AddsInAnswer,
    /// A word of an enumeration that we do not know.
    LacksWord,
    /// A word of an enumeration that the reference does not know.
    AddsWord,
}

impl Difference {
    /// Says it in the page's words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::LacksParameter => "parameter not read",
            Self::AddsParameter => "parameter of ours",
            Self::LacksDate => "date not served",
            Self::AddsDate => "date of ours",
            Self::Success => "another status of success",
            Self::LacksStatus => "status never answered",
            Self::AddsStatus => "further status",
            Self::LacksBody => "no body",
            Self::LacksInRequest => "field refused in requests",
            Self::AddsInRequest => "further field in requests",
            Self::LacksInAnswer => "field not in answers",
            Self::AddsInAnswer => "further field in answers",
            Self::LacksWord => "value not known",
            Self::AddsWord => "further value",
        }
    }
}

/// All differences: of what kind, of which operation or component, and what it is.
pub(crate) type Findings = BTreeMap<(Difference, String), BTreeSet<String>>;

/// Which way a body goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Request,
    Answer,
}

/// The comparison under way.
pub(crate) struct Comparison<'d> {
    ours: &'d Document,
    theirs: &'d Document,
    findings: Findings,
    /// Pairs of components that were compared already.
    seen: BTreeSet<(Way, String, String)>,
}

impl<'d> Comparison<'d> {
    pub(crate) const fn new(ours: &'d Document, theirs: &'d Document) -> Self {
        Self { ours, theirs, findings: Findings::new(), seen: BTreeSet::new() }
    }

    pub(crate) fn into_findings(self) -> Findings {
        self.findings
    }

    /// Compares one operation.
    pub(crate) fn operation(&mut self, ours: &Operation<'d>, theirs: &Operation<'d>) {
        let at = theirs.name;
        self.names(
            at,
            (Difference::LacksParameter, Difference::AddsParameter),
            ours.parameters.keys().copied(),
            theirs.parameters.keys().copied(),
        );
        for (name, schema) in &theirs.parameters {
            if let Some(own) = ours.parameters.get(name) {
                self.shapes(Way::Request, &[own], &[schema], &format!("{at}?{name}"));
            }
        }
        self.names(at, (Difference::LacksDate, Difference::AddsDate), with_bodies(ours), with_bodies(theirs));
        self.statuses(at, ours, theirs);
        for (date, shapes) in &theirs.dates {
            let Some(own) = ours.dates.get(date) else { continue };
            self.bodies(Way::Request, own.request, shapes.request, at);
            self.bodies(Way::Answer, own.response, shapes.response, at);
        }
    }

    fn statuses(&mut self, at: &str, ours: &Operation<'_>, theirs: &Operation<'_>) {
        let (good, bad): (BTreeSet<u16>, BTreeSet<u16>) = theirs.statuses.iter().partition(|status| **status < 300);
        let (our_good, our_bad): (BTreeSet<u16>, BTreeSet<u16>) =
            ours.statuses.iter().partition(|status| **status < 300);
        if good != our_good {
            self.add(Difference::Success, at, format!("{} for {}", written(&our_good), written(&good)));
        }
        // By status, and not by operation: the reason is the status's.
        for status in bad.difference(&our_bad) {
            self.add(Difference::LacksStatus, &status.to_string(), at.to_owned());
        }
        for status in our_bad.difference(&bad) {
            self.add(Difference::AddsStatus, &status.to_string(), at.to_owned());
        }
    }

    fn bodies(&mut self, way: Way, ours: Option<&'d Value>, theirs: Option<&'d Value>, at: &str) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => self.shapes(way, &[ours], &[theirs], at),
            (None, Some(theirs)) if !self.theirs.shape(&[theirs], at).members.is_empty() => {
                let what = if way == Way::Request { "in requests" } else { "in answers" };
                self.add(Difference::LacksBody, at, what.to_owned());
            }
            (_, _) => {}
        }
    }

    fn shapes(&mut self, way: Way, ours: &[&'d Value], theirs: &[&'d Value], at: &str) {
        let (own, shape) = (self.ours.shape(ours, at), self.theirs.shape(theirs, at));
        if is_component(&shape.owner, at) && !self.seen.insert((way, own.owner.clone(), shape.owner.clone())) {
            return;
        }
        let words = !own.words.is_empty() && !shape.words.is_empty();
        if words {
            self.names(
                &shape.owner,
                (Difference::LacksWord, Difference::AddsWord),
                own.words.iter().copied(),
                shape.words.iter().copied(),
            );
        }
        if !own.items.is_empty() && !shape.items.is_empty() {
            self.shapes(way, &own.items, &shape.items, &shape.owner);
        }
        if own.members.is_empty() {
            // Anything goes, or nothing is described: then there is nothing to compare with.
            return;
        }
        for (name, (owner, members)) in &shape.members {
            match own.members.get(name) {
                Some((_, own)) => self.shapes(way, own, members, &format!("{owner}.{name}")),
                None if way == Way::Request && members.iter().any(|member| flag(member, "readOnly")) => {}
                None if way == Way::Answer && members.iter().any(|member| flag(member, "writeOnly")) => {}
                None if way == Way::Request && own.open => {}
                None if way == Way::Request => self.add(Difference::LacksInRequest, owner, (*name).to_owned()),
                None => self.add(Difference::LacksInAnswer, owner, (*name).to_owned()),
            }
        }
        for name in own.members.keys().filter(|name| !shape.members.contains_key(*name)) {
            let difference = if way == Way::Request { Difference::AddsInRequest } else { Difference::AddsInAnswer };
            self.add(difference, &shape.owner, (*name).to_owned());
        }
    }

    fn names<'n>(
        &mut self,
        at: &str,
        (lacks, adds): (Difference, Difference),
        ours: impl Iterator<Item = &'n str>,
        theirs: impl Iterator<Item = &'n str>,
    ) {
        let (ours, theirs): (BTreeSet<&str>, BTreeSet<&str>) = (ours.collect(), theirs.collect());
        for name in theirs.difference(&ours) {
            self.add(lacks, at, (*name).to_owned());
        }
        for name in ours.difference(&theirs) {
            self.add(adds, at, (*name).to_owned());
        }
    }

    fn add(&mut self, difference: Difference, at: &str, what: String) {
        self.findings.entry((difference, at.to_owned())).or_default().insert(what);
    }
}

/// Tells a component's name from the place it was met at, which is all that an unnamed schema has.
fn is_component(owner: &str, at: &str) -> bool {
    owner != at
}

/// Names the dates at which something is taken or given: of the others no document says more than that they are.
fn with_bodies<'o>(operation: &'o Operation<'_>) -> impl Iterator<Item = &'o str> {
    let with = operation.dates.iter().filter(|(_, shapes)| shapes.request.is_some() || shapes.response.is_some());
    with.map(|(date, _)| date.as_str())
}

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool) == Some(true)
}

fn written(statuses: &BTreeSet<u16>) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join("/")
}
