//! A service account's access token: asked for, and kept for the next commands in a file for its owner alone, because a
//! server gives out few of them in a minute. It must not know any request. Source: clients.md 1.3.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use api_wire::operations::OAUTH_TOKEN;
use api_wire::secret::WireSecret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::RequestBuilder;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Answer;
use crate::profile::{Credentials, Profile};
use crate::refusal::Refusal;

/// A token is not used in its last minute. Unit: seconds.
const MARGIN: u64 = 60;

/// An access token that is good until a time.
pub(super) struct Token {
    text: WireSecret,
    /// Unit: seconds since 1970.
    expires_at: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

/// What is kept, with what it was asked for with: another server or account does not get it.
#[derive(Serialize, Deserialize)]
struct Kept {
    base_url: String,
    client_id: String,
    access_token: String,
    expires_at: u64,
}

/// Makes the call that trades a secret for a token.
pub(super) fn request(http: &reqwest::Client, profile: &Profile, id: &str, secret: &WireSecret) -> RequestBuilder {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    // Ids and secrets have underscores, which need no escape and which not every server would undo.
    let plain = |text: &str| escaped(text).replace("%5F", "_").replace("%2D", "-");
    http.post(format!("{}{}", profile.base(), OAUTH_TOKEN.path))
        .basic_auth(plain(id), Some(Zeroizing::new(plain(secret.expose())).as_str()))
        .header(reqwest::header::USER_AGENT, super::user_agent())
        .header(reqwest::header::ACCEPT, "application/json")
        .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials")
}

impl Token {
    /// Reads the server's answer.
    /// Errors: it refuses, or says something else.
    pub(super) fn read(answer: &Answer, base: &str) -> anyhow::Result<Self> {
        if !answer.is_success() {
            if answer.status == 401 {
                bail!(
                    "unauthorized: the server does not take this service account; look at client_id and client_secret"
                );
            }
            let url = format!("{base}{}", OAUTH_TOKEN.path);
            return Err(Refusal::of(answer).told("POST", &url)).context("get an access token");
        }
        let Ok(Granted { access_token, expires_in }) = serde_json::from_slice(&answer.body) else {
            bail!("{base} gives no access token; is it the address of Atrest?");
        };
        Ok(Self { text: access_token.into(), expires_at: now().saturating_add(expires_in) })
    }

    /// Finds the token that an earlier command left, if it is still good.
    pub(super) fn kept(profile: &Profile) -> Option<Self> {
        let (path, id) = place(profile)?;
        let file = std::fs::File::open(path).ok()?;
        if file.metadata().ok()?.permissions().mode() & 0o077 != 0 {
            return None;
        }
        let kept: Kept = serde_json::from_reader(file).ok()?;
        let fits = kept.base_url == profile.base() && kept.client_id == id;
        let good = kept.expires_at > now().saturating_add(MARGIN);
        (fits && good).then(|| Self { text: kept.access_token.into(), expires_at: kept.expires_at })
    }

    /// Leaves the token for the next command. Where that cannot be, the next one asks again.
    pub(super) fn keep(&self, profile: &Profile) {
        let Some((path, id)) = place(profile) else { return };
        let kept = Kept {
            base_url: profile.base().to_owned(),
            client_id: id.to_owned(),
            access_token: self.text.expose().to_owned(),
            expires_at: self.expires_at,
        };
        let Some(folder) = path.parent() else { return };
        let half = path.with_extension(format!("{}.new", std::process::id()));
        let written = serde_json::to_vec(&kept).map_err(std::io::Error::from).and_then(|text| {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
            file.write_all(&Zeroizing::new(text))?;
            std::fs::rename(&half, &path)
        });
        if written.is_err() {
            let _gone = std::fs::remove_file(&half);
        }
    }

    /// Gives the token itself.
    pub(super) fn expose(&self) -> &str {
        self.text.expose()
    }
}

/// Where the token of a profile's service account is kept: a file for each account.
fn place(profile: &Profile) -> Option<(PathBuf, &str)> {
    let Credentials::ServiceAccount { id, .. } = &profile.credentials else { return None };
    let named = !id.is_empty() && id.len() <= 100 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let folder = profile.token_folder.as_ref()?;
    named.then(|| (folder.join(format!("token_{id}.json")), id.as_str()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
