//! One statement for two engines, its parameters and its rows.
//!
//! Both engines take `$1`, `ON CONFLICT`, `RETURNING`, `->>` and `UPDATE … FROM`. Columns are TEXT,
//! BIGINT or BLOB/BYTEA, nothing else. A batch is one JSON parameter that [`over_items!`] unfolds
//! into rows, so its statement stays the same whatever its size.

use std::borrow::Cow;
use std::str::FromStr;

use domain::time::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite};

use crate::error::{Result, StoreError};

/// A statement, and the act it performs as an error would name it.
pub(crate) struct Sql {
    pub(crate) act: &'static str,
    pub(crate) sqlite: Cow<'static, str>,
    pub(crate) postgres: Cow<'static, str>,
}

impl Sql {
    /// A statement both engines understand.
    pub(crate) const fn same(act: &'static str, text: &'static str) -> Self {
        Self::each(act, text, text)
    }

    /// A statement that differs.
    pub(crate) const fn each(act: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { act, sqlite: Cow::Borrowed(sqlite), postgres: Cow::Borrowed(postgres) }
    }

    /// A statement put together from constant parts, values being parameters.
    pub(crate) fn built(act: &'static str, sqlite: String, postgres: String) -> Self {
        Self { act, sqlite: Cow::Owned(sqlite), postgres: Cow::Owned(postgres) }
    }
}

/// Makes a statement around the rows of a JSON array in `$1`, each called `item.value`.
macro_rules! over_items {
    ($act:literal, $before:expr, $after:expr) => {
        $crate::sql::Sql::each(
            $act,
            concat!($before, " json_each($1) AS item ", $after),
            concat!($before, " json_array_elements(CAST($1 AS json)) AS item(value) ", $after),
        )
    };
}
pub(crate) use over_items;

/// Makes the parameters of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// A parameter. Each kind has its own null, because PostgreSQL wants to know the type.
pub(crate) enum Value<'v> {
    Text(Option<Cow<'v, str>>),
    Int(Option<i64>),
    Blob(Option<&'v [u8]>),
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text.map(Cow::Borrowed))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Int(Some(i64::from(flag)))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(at.as_millis()))
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(Timestamp::as_millis))
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl<'v> From<&'v Vec<u8>> for Value<'v> {
    fn from(bytes: &'v Vec<u8>) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl<'v> From<Option<&'v [u8]>> for Value<'v> {
    fn from(bytes: Option<&'v [u8]>) -> Self {
        Self::Blob(bytes)
    }
}

macro_rules! ids_as_text {
    ($($id:ident)*) => {$(
        impl From<domain::id::$id> for Value<'_> {
            fn from(id: domain::id::$id) -> Self {
                Self::Text(Some(Cow::Owned(id.to_string())))
            }
        }
    )*};
}

ids_as_text! {
    OrgId ProjectId ApiKeyId ServiceAccountId ServiceAccountSecretId ProviderRoleId EventId ClusterId NodeId
    CertificateAuthorityId ExternalAuthorityId RotationId SnapshotId GrantId PrivateEndpointId SearchDeploymentId UserId TeamId
    AlertConfigId AlertId
}

impl From<domain::master_key::MasterKeyId> for Value<'_> {
    fn from(id: domain::master_key::MasterKeyId) -> Self {
        Self::Text(Some(Cow::Owned(id.to_string())))
    }
}

impl From<domain::customer_key::CustomerKeyNumber> for Value<'_> {
    fn from(number: domain::customer_key::CustomerKeyNumber) -> Self {
        Self::Int(Some(number.stored()))
    }
}

/// One row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// Reads the columns one after the other, in the order they were asked for.
    pub(crate) const fn fields(&self, table: &'static str) -> Fields<'_> {
        Fields { row: self, table, next: 0 }
    }

    fn column<'r, T>(&'r self, index: usize) -> std::result::Result<T, sqlx::Error>
    where
        T: sqlx::Decode<'r, Sqlite>
            + sqlx::Type<Sqlite>
            + sqlx::Decode<'r, sqlx::Postgres>
            + sqlx::Type<sqlx::Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(index),
            Self::Postgres(row) => row.try_get(index),
        }
    }
}

/// Reads a row from left to right.
pub(crate) struct Fields<'r> {
    row: &'r Row,
    table: &'static str,
    next: usize,
}

impl<'r> Fields<'r> {
    fn next<T>(&mut self) -> Result<Option<T>>
    where
        T: sqlx::Decode<'r, Sqlite>
            + sqlx::Type<Sqlite>
            + sqlx::Decode<'r, sqlx::Postgres>
            + sqlx::Type<sqlx::Postgres>,
    {
        let index = self.next;
        self.next = index.saturating_add(1);
        self.row.column::<Option<T>>(index).map_err(|error| StoreError::database("read a row", error))
    }

    /// Says that something in this row is not what was written.
    pub(crate) const fn corrupt(&self, what: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, what }
    }

    fn present<T>(&self, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.corrupt("required column"))
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        let text = self.next()?;
        self.present(text)
    }

    pub(crate) fn text_if_any(&mut self) -> Result<Option<String>> {
        self.next()
    }

    pub(crate) fn int(&mut self) -> Result<i64> {
        let number = self.next()?;
        self.present(number)
    }

    pub(crate) fn int_if_any(&mut self) -> Result<Option<i64>> {
        self.next()
    }

    pub(crate) fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp> {
        self.int().map(Timestamp::from_millis)
    }

    pub(crate) fn time_if_any(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.int_if_any()?.map(Timestamp::from_millis))
    }

    pub(crate) fn blob(&mut self) -> Result<Vec<u8>> {
        let bytes = self.next()?;
        self.present(bytes)
    }

    pub(crate) fn blob_if_any(&mut self) -> Result<Option<Vec<u8>>> {
        self.next()
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.blob()?;
        bytes.try_into().map_err(|_| self.corrupt("length of a binary column"))
    }

    /// Reads an id, or any other value with a text form.
    pub(crate) fn parsed<T: FromStr>(&mut self) -> Result<T> {
        let text = self.text()?;
        text.parse().map_err(|_| self.corrupt("id or parsed column"))
    }

    pub(crate) fn parsed_if_any<T: FromStr>(&mut self) -> Result<Option<T>> {
        let text = self.text_if_any()?;
        text.map(|text| text.parse()).transpose().map_err(|_| self.corrupt("id or parsed column"))
    }

    /// Reads a word of a closed list.
    pub(crate) fn word<T>(&mut self, by_name: impl Fn(&str) -> Option<T>) -> Result<T> {
        let text = self.text()?;
        by_name(&text).ok_or_else(|| self.corrupt("word of a closed list"))
    }

    pub(crate) fn word_if_any<T>(&mut self, by_name: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        match self.text_if_any()? {
            None => Ok(None),
            Some(text) => by_name(&text).map(Some).ok_or_else(|| self.corrupt("word of a closed list")),
        }
    }

    /// Reads JSON kept as text.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|_| self.corrupt("json column"))
    }
}

/// Writes a value as the JSON text of a column or of a batch.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|_| StoreError::Bug(domain::Bug("our own rows have a JSON form")))
}
