//! Service accounts: a file for those of an organization, one for those of a project, one for the networks they may
//! come from.

pub mod networks;
pub mod of_group;
pub mod of_org;

use api_wire::atlas::service_accounts::v2024_08_05::{MASK, Secret, ServiceAccount, Shown};
use api_wire::wire_time::WireTime;
use control::access::{AccountSecret, AccountView, NewSecret};
use domain::secret::SecretText;

/// Translates a service account with the roles that the path is about. A secret is masked, but for the one that is
/// handed in for the one time.
fn to_wire(view: &AccountView, roles: Vec<String>, shown: Option<&SecretText>) -> ServiceAccount {
    let account = &view.account;
    let newest = view.secrets.last().map(|secret| secret.id);
    let time = |at: domain::time::Timestamp| WireTime::from_epoch_millis(at.as_millis());
    let secret = |kept: &AccountSecret| {
        let whole = shown.filter(|_| newest == Some(kept.id)).map(|secret| Shown(secret.expose().to_owned()));
        Secret {
            created_at: time(kept.created_at),
            expires_at: time(kept.expires_at),
            id: kept.id.to_string(),
            last_used_at: kept.last_used_at.map(time),
            masked_secret_value: whole.is_none().then(|| MASK.to_owned()),
            secret: whole,
        }
    };
    ServiceAccount {
        client_id: account.client_id(),
        created_at: time(account.created_at),
        description: account.description.clone(),
        name: account.name.clone(),
        roles,
        secrets: view.secrets.iter().map(secret).collect(),
        system_managed: false,
    }
}

/// Translates a secret that was just made.
fn secret_to_wire(made: &NewSecret) -> Secret {
    let NewSecret { kept, secret } = made;
    let time = |at: domain::time::Timestamp| WireTime::from_epoch_millis(at.as_millis());
    Secret {
        created_at: time(kept.created_at),
        expires_at: time(kept.expires_at),
        id: kept.id.to_string(),
        last_used_at: None,
        masked_secret_value: None,
        secret: Some(Shown(secret.expose().to_owned())),
    }
}
