//! Which server is asked, by whom, about which project: typed flags aside, what the environment says, else the profile.
//! It must not know any operation.

pub(crate) mod command;
mod file;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use api_wire::secret::WireSecret;
use reqwest::Url;

use crate::surroundings::Surroundings;
pub(crate) use file::ProfileFile;

/// The profile that is used when none is named.
pub(crate) const DEFAULT: &str = "default";

/// What is needed to call a server.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) base_url: Url,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) credentials: Credentials,
    pub(crate) project_id: Option<String>,
    pub(crate) org_id: Option<String>,
    pub(crate) api_version: Option<String>,
    pub(crate) output: Option<String>,
    /// Where tokens are kept between commands.
    pub(crate) token_folder: Option<PathBuf>,
}

/// Who asks.
#[derive(Debug)]
pub(crate) enum Credentials {
    /// An API key, by HTTP Digest.
    ApiKey { public: String, private: WireSecret },
    /// A service account, which trades its secret for a token.
    ServiceAccount { id: String, secret: WireSecret },
    /// A token that somebody else got.
    Token(WireSecret),
    /// Nobody in particular.
    None,
}

/// One setting of a profile.
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) key: &'static str,
    /// Whether it is never shown and never typed.
    pub(crate) secret: bool,
    /// Its variables, the one that wins first.
    pub(crate) variables: &'static [&'static str],
    /// What it is, in a few words.
    pub(crate) about: &'static str,
}

macro_rules! settings {
    ($($key:literal $(($secret:ident))?, [$($variable:literal),+], $about:literal;)+) => {
        &[$(Setting {
            key: $key,
            secret: false $(|| stringify!($secret).len() > 0)?,
            variables: &[$($variable),+],
            about: $about,
        }),+]
    };
}

/// All settings. The names are the Atlas CLI's, so that its environment works here. Source: clients.md 1.1.
pub(crate) const SETTINGS: &[Setting] = settings![
    "base_url", ["ATREST_BASE_URL", "MONGODB_ATLAS_OPS_MANAGER_URL", "MONGODB_ATLAS_BASE_URL"], "the server's address";
    "ca_file", ["ATREST_CA_FILE"], "a file with the authorities that vouch for the server";
    "public_api_key", ["ATREST_PUBLIC_API_KEY", "MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PUBLIC_KEY"], "the public half of an API key";
    "private_api_key" (secret), ["ATREST_PRIVATE_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY", "MONGODB_ATLAS_PRIVATE_KEY"], "the private half of an API key";
    "client_id", ["ATREST_CLIENT_ID", "MONGODB_ATLAS_CLIENT_ID"], "the id of a service account";
    "client_secret" (secret), ["ATREST_CLIENT_SECRET", "MONGODB_ATLAS_CLIENT_SECRET"], "a secret of a service account";
    "access_token" (secret), ["ATREST_ACCESS_TOKEN", "MONGODB_ATLAS_ACCESS_TOKEN"], "an access token";
    "project_id", ["ATREST_PROJECT_ID", "MONGODB_ATLAS_PROJECT_ID"], "the project that is meant when none is named";
    "org_id", ["ATREST_ORG_ID", "MONGODB_ATLAS_ORG_ID"], "the organization that is meant when none is named";
    "api_version", ["ATREST_API_VERSION", "MONGODB_ATLAS_API_VERSION"], "the dated version that `atrest api` asks for";
    "output", ["ATREST_OUTPUT", "MONGODB_ATLAS_OUTPUT"], "how everyday commands show results: table or json";
];

/// Other names under which a file may hold a setting.
const OTHER_KEYS: &[(&str, &str)] = &[("ops_manager_url", "base_url")];

/// The credentials, each with the settings it is made of. The first that is there counts.
const KINDS: &[&[&str]] = &[&["access_token"], &["client_id", "client_secret"], &["public_api_key", "private_api_key"]];

/// Finds a setting by its name or another name of it.
pub(crate) fn setting(key: &str) -> Option<&'static Setting> {
    let key = OTHER_KEYS.iter().find(|(other, _)| *other == key).map_or(key, |(_, key)| key);
    SETTINGS.iter().find(|one| one.key == key)
}

impl Profile {
    /// Puts together what the environment and the file say.
    /// Errors: the named profile is not there, no server is named, half of a credential is missing, or the file can be
    /// read by others.
    pub(crate) fn load(named: Option<&str>, around: &Surroundings) -> anyhow::Result<Self> {
        let sources = Sources::open(named, around)?;
        let base_url = sources.value("base_url").context(
            "no server is named: set ATREST_BASE_URL, or `atrest profile set base_url https://atrest.example.com`",
        )?;
        Ok(Self {
            base_url: address(&base_url)?,
            ca_file: sources.value("ca_file").map(PathBuf::from),
            credentials: sources.credentials()?,
            project_id: sources.value("project_id"),
            org_id: sources.value("org_id"),
            api_version: sources.value("api_version"),
            output: sources.value("output"),
            token_folder: around.folder("XDG_CACHE_HOME", ".cache"),
        })
    }

    /// Returns the base address, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        self.base_url.as_str().trim_end_matches('/')
    }
}

/// The environment and one profile of the file.
struct Sources<'a> {
    around: &'a Surroundings,
    file: ProfileFile,
    name: String,
}

impl<'a> Sources<'a> {
    fn open(named: Option<&str>, around: &'a Surroundings) -> anyhow::Result<Self> {
        let file = ProfileFile::open(around)?;
        let by_variable = || ["ATREST_PROFILE", "MONGODB_ATLAS_PROFILE"].iter().find_map(|name| around.variable(name));
        let asked = named.or_else(by_variable);
        let name = asked.unwrap_or(DEFAULT).to_owned();
        if named.is_some() {
            ensure!(file.has(&name), "there is no profile {name}; `atrest profile list` names those that are");
        }
        Ok(Self { around, file, name })
    }

    fn variable(&self, key: &str) -> Option<String> {
        let names = setting(key)?.variables;
        names.iter().find_map(|name| self.around.variable(name)).map(str::to_owned)
    }

    fn kept(&self, key: &str) -> Option<String> {
        self.file.value(&self.name, key)
    }

    fn value(&self, key: &str) -> Option<String> {
        self.variable(key).or_else(|| self.kept(key))
    }

    /// Finds the credentials. What the environment has counts as a whole: half of it is never completed by the file.
    fn credentials(&self) -> anyhow::Result<Credentials> {
        let found = Self::complete("the environment", |key| self.variable(key))?;
        if matches!(found, Credentials::None) {
            return Self::complete(&format!("profile {}", self.name), |key| self.kept(key));
        }
        Ok(found)
    }

    fn complete(place: &str, value: impl Fn(&str) -> Option<String>) -> anyhow::Result<Credentials> {
        for kind in KINDS {
            let found: Vec<Option<String>> = kind.iter().map(|key| value(key)).collect();
            if found.iter().all(Option::is_none) {
                continue;
            }
            let missing: Vec<&str> =
                kind.iter().zip(&found).filter(|(_, one)| one.is_none()).map(|(key, _)| *key).collect();
            ensure!(missing.is_empty(), "{place} has half of a credential; {} is missing", missing.join(", "));
            let mut found = found.into_iter().flatten();
            let (first, second) = (found.next().unwrap_or_default(), found.next());
            return Ok(match (*kind, second) {
                (_, None) => Credentials::Token(first.into()),
                (["client_id", ..], Some(secret)) => Credentials::ServiceAccount { id: first, secret: secret.into() },
                (_, Some(private)) => Credentials::ApiKey { public: first, private: private.into() },
            });
        }
        Ok(Credentials::None)
    }
}

/// Reads the server's address. Without TLS, credentials and answers would be anybody's on the way.
/// Errors: it is none, or it is plain http to another machine.
pub(crate) fn address(text: &str) -> anyhow::Result<Url> {
    let url: Url = text.parse().with_context(|| format!("base_url {text:?} is no address"))?;
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => bail!("base_url: {host} is not this machine; use https"),
        other => bail!("base_url: {other} is no way to reach a server; use https"),
    }
    ensure!(url.query().is_none() && url.fragment().is_none(), "base_url: give the address without a query");
    ensure!(url.username().is_empty() && url.password().is_none(), "base_url: credentials do not belong into it");
    Ok(url)
}

/// Says whether an address leads to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
