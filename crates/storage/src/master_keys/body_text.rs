//! How what is said about a master key lies in its column: JSON, in words of the domain. Every part is taken apart by
//! name, so that a new one breaks the build here. Must not know SQL.

use domain::master_key::attribute::Instance;
use domain::master_key::state::{Cause, Ending, Life, Schedule, State};
use domain::master_key::usage::UsageMask;
use domain::master_key::{Algorithm, Content, KeyFormat, MasterKey};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::described_text::{self, InstanceText};
use crate::error::Result;
use crate::sql::to_json;

/// What the column holds of a master key.
pub(super) struct BodyText {
    pub(super) content: Content,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) length: Option<u32>,
    pub(super) usage: UsageMask,
    pub(super) fresh: Option<bool>,
    pub(super) life: Life,
    pub(super) described: Vec<Instance>,
}

/// The column.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Text {
    content: ContentText,
    algorithm: Option<AlgorithmText>,
    length: Option<u32>,
    usage: i32,
    fresh: Option<bool>,
    life: LifeText,
    described: Vec<InstanceText>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum ContentText {
    SymmetricKey { format: FormatText },
    SecretData { kind: u32, format: FormatText },
    OpaqueObject { kind: u32 },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum FormatText {
    Raw,
    Opaque,
    TransparentSymmetricKey,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum AlgorithmText {
    Aes,
    Other(u32),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LifeText {
    state: String,
    activation: Option<i64>,
    process_start: Option<i64>,
    protect_stop: Option<i64>,
    deactivation: Option<i64>,
    initial: i64,
    destroyed: Option<i64>,
    compromise_occurred: Option<i64>,
    compromised: Option<i64>,
    ending: Option<EndingText>,
    changed: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct EndingText {
    cause: String,
    message: Option<String>,
}

const CAUSES: [Cause; 7] = [
    Cause::Unspecified,
    Cause::KeyCompromise,
    Cause::CaCompromise,
    Cause::AffiliationChanged,
    Cause::Superseded,
    Cause::CessationOfOperation,
    Cause::PrivilegeWithdrawn,
];

/// Writes the column. What has columns of its own is left out.
pub(super) fn write(key: &MasterKey) -> Result<String> {
    let MasterKey {
        id: _,
        project: _,
        cluster: _,
        owner: _,
        content,
        algorithm,
        length,
        usage,
        fresh,
        life,
        described,
        revision: _,
    } = key;
    to_json(&Text {
        content: content_to_text(*content),
        algorithm: algorithm.map(|algorithm| match algorithm {
            Algorithm::Aes => AlgorithmText::Aes,
            Algorithm::Other(number) => AlgorithmText::Other(number),
        }),
        length: *length,
        usage: usage.bits(),
        fresh: *fresh,
        life: life_to_text(life),
        described: described.iter().map(described_text::write).collect::<Result<_>>()?,
    })
}

/// Reads the column; nothing if it cannot have been written by us.
pub(super) fn read(text: &str) -> Option<BodyText> {
    let Text { content, algorithm, length, usage, fresh, life, described } = serde_json::from_str(text).ok()?;
    Some(BodyText {
        content: content_from_text(content),
        algorithm: algorithm.map(|algorithm| match algorithm {
            AlgorithmText::Aes => Algorithm::Aes,
            AlgorithmText::Other(number) => Algorithm::Other(number),
        }),
        length,
        usage: UsageMask::from_bits(usage),
        fresh,
        life: life_from_text(life)?,
        described: described.into_iter().map(described_text::read).collect::<Option<_>>()?,
    })
}

const fn content_to_text(content: Content) -> ContentText {
    match content {
        Content::SymmetricKey { format } => ContentText::SymmetricKey { format: format_to_text(format) },
        Content::SecretData { kind, format } => ContentText::SecretData { kind, format: format_to_text(format) },
        Content::OpaqueObject { kind } => ContentText::OpaqueObject { kind },
    }
}

const fn content_from_text(text: ContentText) -> Content {
    match text {
        ContentText::SymmetricKey { format } => Content::SymmetricKey { format: format_from_text(format) },
        ContentText::SecretData { kind, format } => Content::SecretData { kind, format: format_from_text(format) },
        ContentText::OpaqueObject { kind } => Content::OpaqueObject { kind },
    }
}

const fn format_to_text(format: KeyFormat) -> FormatText {
    match format {
        KeyFormat::Raw => FormatText::Raw,
        KeyFormat::Opaque => FormatText::Opaque,
        KeyFormat::TransparentSymmetricKey => FormatText::TransparentSymmetricKey,
    }
}

const fn format_from_text(text: FormatText) -> KeyFormat {
    match text {
        FormatText::Raw => KeyFormat::Raw,
        FormatText::Opaque => KeyFormat::Opaque,
        FormatText::TransparentSymmetricKey => KeyFormat::TransparentSymmetricKey,
    }
}

fn life_to_text(life: &Life) -> LifeText {
    let Life { state, schedule, initial, destroyed, compromise_occurred, compromised, ending, changed } = life;
    let Schedule { activation, process_start, protect_stop, deactivation } = schedule;
    let date = |date: &Option<Timestamp>| date.map(Timestamp::as_millis);
    LifeText {
        state: state.name().to_owned(),
        activation: date(activation),
        process_start: date(process_start),
        protect_stop: date(protect_stop),
        deactivation: date(deactivation),
        initial: initial.as_millis(),
        destroyed: date(destroyed),
        compromise_occurred: date(compromise_occurred),
        compromised: date(compromised),
        ending: ending.as_ref().map(|Ending { cause, message }| EndingText {
            cause: cause_name(*cause).to_owned(),
            message: message.clone(),
        }),
        changed: changed.as_millis(),
    }
}

fn life_from_text(text: LifeText) -> Option<Life> {
    let LifeText {
        state,
        activation,
        process_start,
        protect_stop,
        deactivation,
        initial,
        destroyed,
        compromise_occurred,
        compromised,
        ending,
        changed,
    } = text;
    let date = |date: Option<i64>| date.map(Timestamp::from_millis);
    let ending = match ending {
        None => None,
        Some(EndingText { cause, message }) => {
            let cause = CAUSES.into_iter().find(|known| cause_name(*known) == cause)?;
            Some(Ending { cause, message })
        }
    };
    Some(Life {
        state: State::by_name(&state)?,
        schedule: Schedule {
            activation: date(activation),
            process_start: date(process_start),
            protect_stop: date(protect_stop),
            deactivation: date(deactivation),
        },
        initial: Timestamp::from_millis(initial),
        destroyed: date(destroyed),
        compromise_occurred: date(compromise_occurred),
        compromised: date(compromised),
        ending,
        changed: Timestamp::from_millis(changed),
    })
}

const fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Unspecified => "unspecified",
        Cause::KeyCompromise => "key-compromise",
        Cause::CaCompromise => "ca-compromise",
        Cause::AffiliationChanged => "affiliation-changed",
        Cause::Superseded => "superseded",
        Cause::CessationOfOperation => "cessation-of-operation",
        Cause::PrivilegeWithdrawn => "privilege-withdrawn",
    }
}
