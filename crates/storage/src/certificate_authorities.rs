//! Table `certificate_authorities`: Atrest's own, their private keys sealed. Must not know X.509, nor which one is
//! believed.

use domain::certificate_authority::CertificateAuthority;
use domain::event::Event;
use domain::id::CertificateAuthorityId;
use domain::secret::SecretText;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::seal::Place;
use crate::sql::{Fields, Row, Sql, Value, values};
use crate::store::transact;
use crate::{Outcome, Store, events};

/// The authority that signs, with its private key.
#[derive(Debug)]
pub struct SigningAuthority {
    /// The authority.
    pub authority: CertificateAuthority,
    /// Its private key, as PEM.
    pub private_key: SecretText,
}

macro_rules! columns {
    () => {
        "a.id, a.generation, a.certificate, a.public_key, a.created_at, a.expires_at"
    };
}

static INSERT: Sql = Sql::same(
    "insert a certificate authority",
    "INSERT INTO certificate_authorities (id, generation, certificate, public_key, sealed_key, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
);
static NEWEST: Sql = Sql::same(
    "find the newest certificate authority",
    concat!(
        "SELECT ",
        columns!(),
        ", a.sealed_key FROM certificate_authorities AS a ORDER BY a.generation DESC LIMIT 1"
    ),
);
static WITH_KEY: Sql = Sql::same(
    "find a certificate authority and its key",
    concat!("SELECT ", columns!(), ", a.sealed_key FROM certificate_authorities AS a WHERE a.id = $1"),
);
static LIST: Sql = Sql::same(
    "list certificate authorities",
    concat!(
        "SELECT ",
        columns!(),
        ", (SELECT MAX(c.ends_at) FROM node_certificates AS c WHERE c.authority_id = a.id)
         FROM certificate_authorities AS a ORDER BY a.generation DESC"
    ),
);

/// Where the private key of an authority is sealed.
pub(crate) const fn key_place(id: &str) -> Place<'_> {
    Place { table: "certificate_authorities", column: "sealed_key", row: id, owner: "" }
}

impl Store {
    /// Adds a certificate authority and records it; a conflict means there is one of that generation, which replicas
    /// race for.
    pub async fn insert_certificate_authority(
        &self,
        authority: &CertificateAuthority,
        private_key: &SecretText,
        told: &[Event],
    ) -> Result<Outcome> {
        let CertificateAuthority { id, generation, certificate, public_key, created_at, expires_at } = authority;
        let row = id.to_string();
        let sealed = self.sealer().seal(key_place(&row), private_key.expose().as_bytes())?;
        let key = public_key.as_slice();
        let values = values![&row, *generation, certificate, key, &sealed, *created_at, *expires_at];
        transact!(self, INSERT.act, &[], |tx| insert(tx, values, told).await)
    }

    /// Finds the newest certificate authority and opens its private key.
    /// Errors: `Sealed` if the key does not open.
    pub async fn newest_certificate_authority(&self) -> Result<Option<SigningAuthority>> {
        self.read_one(&NEWEST, &[]).await?.map(|row| self.open_authority(&row)).transpose()
    }

    /// Finds a certificate authority and opens its private key.
    /// Errors: `Sealed` if the key does not open.
    pub async fn certificate_authority_with_key(&self, id: CertificateAuthorityId) -> Result<Option<SigningAuthority>> {
        self.read_one(&WITH_KEY, values![id]).await?.map(|row| self.open_authority(&row)).transpose()
    }

    fn open_authority(&self, row: &Row) -> Result<SigningAuthority> {
        let mut fields = row.fields("certificate_authorities");
        let authority = from_fields(&mut fields)?;
        let private_key = self.sealer().open_text(key_place(&authority.id.to_string()), fields.blob()?)?;
        Ok(SigningAuthority { authority, private_key })
    }

    /// Lists all certificate authorities, the newest first, each with the end of the last certificate it signed.
    pub async fn certificate_authorities(&self) -> Result<Vec<(CertificateAuthority, Option<Timestamp>)>> {
        let rows = self.read(&LIST, &[]).await?;
        let pair = |row: &Row| {
            let mut fields = row.fields("certificate_authorities");
            Ok((from_fields(&mut fields)?, fields.time_if_any()?))
        };
        rows.iter().map(pair).collect()
    }
}

async fn insert(tx: &mut Tx, values: &[Value<'_>], told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&INSERT, values).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

fn from_fields(fields: &mut Fields<'_>) -> Result<CertificateAuthority> {
    Ok(CertificateAuthority {
        id: fields.parsed()?,
        generation: fields.int()?,
        certificate: fields.blob()?,
        public_key: fields.bytes()?,
        created_at: fields.time()?,
        expires_at: fields.time()?,
    })
}
