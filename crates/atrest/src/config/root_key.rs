//! The `[root_key]` table: where the root key is kept. Exactly one home, and every fault of it at once.
//! Must not look at the home itself.

use std::net::IpAddr;
use std::path::PathBuf;

use domain::customer_key::aws_kms::AwsKeyName;
use domain::secret::SecretText;
use reqwest::Url;

use super::section::{Faults, Section};

const TABLE: &str = "root_key";

/// Where the root key is kept.
#[derive(Debug)]
pub(crate) enum RootKeyConfig {
    /// Bare, in an owner-only file.
    File(PathBuf),
    /// Wrapped, in a file that opens nothing without a service.
    Wrapped { file: PathBuf, by: WrapperConfig },
}

/// Which service wraps the root key.
#[derive(Debug)]
pub(crate) enum WrapperConfig {
    /// A key in AWS KMS, by its ARN, used with the operator's own identity.
    AwsKms { key: String },
    /// A transit key of HashiCorp Vault or OpenBao.
    Vault(Box<VaultConfig>),
}

/// How a transit key is reached.
#[derive(Debug)]
pub(crate) struct VaultConfig {
    pub(crate) address: Url,
    pub(crate) mount: String,
    pub(crate) key: String,
    pub(crate) namespace: Option<String>,
    pub(crate) login: VaultLogin,
    /// The only certificates believed, as PEM; the system's if absent.
    pub(crate) ca_pem: Option<String>,
}

/// How we show Vault who we are.
#[derive(Debug)]
pub(crate) enum VaultLogin {
    Token(SecretText),
    AppRole { mount: String, role_id: SecretText, secret_id: SecretText },
}

/// Reads the table.
pub(super) fn read(table: &mut Section<'_>, faults: &Faults) -> Option<RootKeyConfig> {
    let any = |names: &[&str]| names.iter().any(|name| table.names(name));
    let names_file = any(&["file"]);
    let names_wrapped = any(&["wrapped_file"]);
    let names_aws = any(&["aws_kms_key"]);
    let names_vault = any(VAULT);

    let file = table.text("file").map(PathBuf::from);
    let wrapped_file = table.text("wrapped_file").map(PathBuf::from);
    let aws = names_aws.then(|| read_aws(table, faults)).flatten();
    let vault = names_vault.then(|| read_vault(table, faults)).flatten();

    match (names_file, names_wrapped, names_aws, names_vault) {
        (true, false, false, false) => return file.map(RootKeyConfig::File),
        (true, _, _, _) => {
            faults.add(TABLE, "names more than one home: keep file alone, or wrapped_file with what wraps it");
        }
        (false, false, false, false) => faults.add(
            TABLE,
            "names no home: set file, or wrapped_file with aws_kms_key or vault_address; `atrest init` makes the key",
        ),
        (false, _, true, true) => {
            faults.add(TABLE, "names two services: keep aws_kms_key or the vault_ settings, not both");
        }
        (false, true, false, false) => {
            faults.add("root_key.wrapped_file", "needs what wraps it: set aws_kms_key or vault_address");
        }
        (false, false, _, _) => faults.add(
            "root_key.wrapped_file",
            "is missing: name the file that holds the wrapped root key; `atrest init` makes it",
        ),
        (false, true, true, false) => {
            return Some(RootKeyConfig::Wrapped { file: wrapped_file?, by: WrapperConfig::AwsKms { key: aws? } });
        }
        (false, true, false, true) => {
            return Some(RootKeyConfig::Wrapped { file: wrapped_file?, by: WrapperConfig::Vault(Box::new(vault?)) });
        }
    }
    None
}

fn read_aws(table: &mut Section<'_>, faults: &Faults) -> Option<String> {
    let key = table.text("aws_kms_key")?;
    // An alias may move, and the region must be known: only a key's own ARN names both.
    let is_arn = AwsKeyName::parse(&key).is_some() && key.starts_with("arn:") && key.contains(":key/");
    if !is_arn {
        faults.add("root_key.aws_kms_key", "must be a key's ARN, arn:aws:kms:<region>:<account>:key/<id>; no alias");
    }
    is_arn.then_some(key)
}

const VAULT: &[&str] = &[
    "vault_address",
    "vault_mount",
    "vault_transit_key",
    "vault_namespace",
    "vault_token_file",
    "vault_role_id_file",
    "vault_secret_id_file",
    "vault_approle_mount",
    "vault_ca_file",
];

fn read_vault(table: &mut Section<'_>, faults: &Faults) -> Option<VaultConfig> {
    let address = read_address(table, faults);
    let mount = path(table, faults, "vault_mount").unwrap_or_else(|| "transit".to_owned());
    if !table.names("vault_transit_key") {
        faults.add("root_key.vault_transit_key", "is missing: name the transit key that wraps the root key");
    }
    let key = path(table, faults, "vault_transit_key");
    if key.as_ref().is_some_and(|key| key.contains('/')) {
        faults.add("root_key.vault_transit_key", "must be a key's bare name; its mount is vault_mount");
    }
    let namespace = path(table, faults, "vault_namespace");
    let login = read_login(table, faults);
    let ca_pem = table.file("vault_ca_file");
    if let Some(Err(fault)) = ca_pem.as_deref().map(crate::root_key::certificates) {
        faults.add("root_key.vault_ca_file", fault);
    }
    Some(VaultConfig { address: address?, mount, key: key?, namespace, login: login?, ca_pem })
}

fn read_address(table: &mut Section<'_>, faults: &Faults) -> Option<Url> {
    let name = "root_key.vault_address";
    let Some(text) = table.text("vault_address") else {
        faults.add(name, "is missing: say where Vault or OpenBao is, https://host:8200");
        return None;
    };
    match address(&text) {
        Ok(url) => Some(url),
        Err(fault) => {
            faults.add(name, fault);
            None
        }
    }
}

/// Reads an address without quoting it: a careless one holds a password.
fn address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL; write https://host:8200")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("carries user information; the token has a setting of its own");
    }
    if url.query().is_some() || url.fragment().is_some() || url.path() != "/" {
        return Err("has a path, query or fragment; give scheme, host and port only");
    }
    let host = url.host_str().ok_or("names no host")?;
    let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let loopback = host == "localhost" || literal.is_some_and(|ip| ip.to_canonical().is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err("plain http is for loopback only; use https"),
        _ => Err("is neither https nor http"),
    }
}

fn read_login(table: &mut Section<'_>, faults: &Faults) -> Option<VaultLogin> {
    let by_token = table.names("vault_token_file");
    let (names_role, names_secret) = (table.names("vault_role_id_file"), table.names("vault_secret_id_file"));
    let names_mount = table.names("vault_approle_mount");
    let token = word(table, faults, "vault_token_file");
    let role_id = word(table, faults, "vault_role_id_file");
    let secret_id = word(table, faults, "vault_secret_id_file");
    let mount = path(table, faults, "vault_approle_mount").unwrap_or_else(|| "approle".to_owned());
    match (by_token, names_role, names_secret) {
        (true, false, false) if !names_mount => token.map(VaultLogin::Token),
        (false, true, true) => Some(VaultLogin::AppRole { mount, role_id: role_id?, secret_id: secret_id? }),
        _ => {
            faults.add(
                TABLE,
                "needs one way into Vault: vault_token_file, or vault_role_id_file and vault_secret_id_file together",
            );
            None
        }
    }
}

/// Reads a secret that goes into a header or a body: one line of visible characters.
fn word(table: &mut Section<'_>, faults: &Faults, key: &str) -> Option<SecretText> {
    let secret = table.secret_file(key)?;
    let fits = !secret.expose().is_empty() && secret.expose().chars().all(|c| c.is_ascii_graphic());
    if !fits {
        faults.add(&format!("{TABLE}.{key}"), "names a file that does not hold one word and nothing else");
    }
    fits.then_some(secret)
}

/// Reads a name that becomes part of a path, so that it cannot name another one.
fn path(table: &mut Section<'_>, faults: &Faults, key: &str) -> Option<String> {
    let text = table.text(key)?;
    let path = text.trim_matches('/');
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fits = path.split('/').all(|part| !part.is_empty() && !matches!(part, "." | "..") && part.chars().all(known));
    if !fits {
        faults.add(&format!("{TABLE}.{key}"), "may hold letters, digits, '_', '-', '.', and '/' between names");
    }
    fits.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn check(text: &str, expected: &[&str]) {
        let faults = Faults::default();
        let table = text.parse::<toml::Table>().unwrap();
        let mut root = Section::root(table, &faults);
        let mut section = root.section(TABLE);
        let config = read(&mut section, &faults);
        section.finish();
        let found = faults.list();
        assert_eq!(found.lines().count(), expected.len(), "{text}\n{found}");
        for part in expected {
            assert!(found.contains(part), "{part} is missing in\n{found}");
        }
        assert_eq!(config.is_some(), expected.is_empty(), "{text}");
    }

    #[test]
    fn exactly_one_home() {
        let dir = tempfile::tempdir().unwrap();
        let token = dir.path().join("token");
        std::fs::write(&token, "hvs.word\n").unwrap();
        let vault = format!(
            "vault_address = \"https://vault.example.com:8200\"\nvault_transit_key = \"atrest\"\nvault_token_file = {token:?}\n"
        );
        let aws = format!("aws_kms_key = \"{KEY}\"\n");
        let (file, wrapped) = ("file = \"/a\"\n", "wrapped_file = \"/b\"\n");
        let table = |parts: &[&str]| format!("[root_key]\n{}", parts.concat());
        check(&table(&[file]), &[]);
        check(&table(&[wrapped, &aws]), &[]);
        check(&table(&[wrapped, &vault]), &[]);
        check(&table(&[]), &["names no home"]);
        check(&table(&[file, wrapped]), &["more than one home"]);
        check(&table(&[file, &aws]), &["more than one home"]);
        check(&table(&[wrapped]), &["needs what wraps it"]);
        check(&table(&[&aws]), &["wrapped_file: is missing"]);
        check(&table(&[&vault]), &["wrapped_file: is missing"]);
        check(&table(&[wrapped, &aws, &vault]), &["two services"]);
    }

    #[test]
    fn names_every_fault_of_a_home() {
        check("[root_key]\nwrapped_file = \"/b\"\naws_kms_key = \"alias/mine\"\n", &["no alias"]);
        check(
            "[root_key]\nwrapped_file = \"/b\"\nvault_address = \"http://u:swordfish@vault:8200\"\nvault_mount = \"../sys\"\n",
            &["user information", "vault_mount", "vault_transit_key: is missing", "one way into Vault"],
        );
    }

    #[test]
    fn an_address_is_https_off_loopback() {
        let check = |text: &str, fits: bool| assert_eq!(address(text).is_ok(), fits, "{text}");
        check("https://vault.example.com:8200", true);
        check("http://127.0.0.1:8200", true);
        check("http://[::1]:8200", true);
        check("http://localhost:8200/", true);
        check("http://vault.example.com:8200", false);
        check("http://10.0.0.1", false);
        check("https://vault.example.com/v1", false);
        check("https://vault.example.com/?a", false);
        check("https://u:p@vault.example.com", false);
        check("ftp://vault.example.com", false);
        check("vault.example.com", false);
    }
}
