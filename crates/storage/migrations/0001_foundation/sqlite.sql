-- Times are milliseconds since 1970 in UTC, flags 0 or 1, lists and objects JSON.

CREATE TABLE organizations (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
    id         TEXT NOT NULL PRIMARY KEY,
    org_id     TEXT NOT NULL REFERENCES organizations (id),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (org_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id          TEXT NOT NULL PRIMARY KEY,
    org_id      TEXT NOT NULL REFERENCES organizations (id),
    public_key  TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    roles       TEXT NOT NULL,
    access_list TEXT NOT NULL,
    sealed_ha1  BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_org ON api_keys (org_id);

CREATE TABLE service_accounts (
    id          TEXT NOT NULL PRIMARY KEY,
    org_id      TEXT NOT NULL REFERENCES organizations (id),
    name        TEXT NOT NULL,
    roles       TEXT NOT NULL,
    access_list TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX service_accounts_by_org ON service_accounts (org_id);

-- Only the hash of a secret of 256 random bits is kept.
CREATE TABLE service_account_secrets (
    id            TEXT NOT NULL PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES service_accounts (id) ON DELETE CASCADE,
    secret_sha256 BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    last_used_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX service_account_secrets_by_account ON service_account_secrets (account_id);

-- A token is live while its row is there and its time is not over.
CREATE TABLE access_tokens (
    jti        TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES service_accounts (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_by_account ON access_tokens (account_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE burned_nonces (
    nonce      TEXT NOT NULL,
    nc         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (nonce, nc)
) STRICT, WITHOUT ROWID;
CREATE INDEX burned_nonces_by_expiry ON burned_nonces (expires_at);

CREATE TABLE provider_roles (
    id            TEXT NOT NULL PRIMARY KEY,
    project_id    TEXT NOT NULL REFERENCES projects (id),
    identity      TEXT NOT NULL,
    authorized_at INTEGER,
    created_at    INTEGER NOT NULL,
    UNIQUE (project_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE encryption_at_rest (
    project_id               TEXT NOT NULL PRIMARY KEY REFERENCES projects (id),
    enabled_for_search_nodes INTEGER NOT NULL,
    revision                 INTEGER NOT NULL,
    updated_at               INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per enabled provider. A role belongs to the same project, whatever the program does.
CREATE TABLE customer_keys (
    project_id    TEXT NOT NULL REFERENCES encryption_at_rest (project_id),
    provider      TEXT NOT NULL,
    settings      TEXT NOT NULL,
    role_id       TEXT,
    sealed_secret BLOB,
    key_revision  INTEGER NOT NULL,
    fingerprint   BLOB NOT NULL,
    PRIMARY KEY (project_id, provider),
    FOREIGN KEY (project_id, role_id) REFERENCES provider_roles (project_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_keys_by_fingerprint ON customer_keys (fingerprint);

CREATE TABLE validities (
    project_id          TEXT NOT NULL,
    provider            TEXT NOT NULL,
    state               TEXT NOT NULL,
    reason              TEXT,
    provider_code       TEXT,
    provider_message    TEXT,
    provider_request_id TEXT,
    was                 TEXT,
    since               INTEGER,
    checked_at          INTEGER,
    network_denied      INTEGER NOT NULL,
    awaiting_proof      INTEGER NOT NULL,
    generation          INTEGER NOT NULL,
    key_revision        INTEGER NOT NULL,
    revision            INTEGER NOT NULL,
    PRIMARY KEY (project_id, provider),
    FOREIGN KEY (project_id, provider) REFERENCES customer_keys (project_id, provider) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What reconcilers have to do, and who is at it. `attempt` grows with each claim and fences late workers.
CREATE TABLE work (
    kind          TEXT NOT NULL,
    id            TEXT NOT NULL,
    due_at        INTEGER NOT NULL,
    claimed_by    TEXT NOT NULL,
    claimed_until INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_by_due ON work (kind, due_at);
CREATE INDEX work_by_claim ON work (kind, claimed_until) WHERE claimed_until > 0;

-- Events outlive what they tell of, so they refer to nothing.
CREATE TABLE events (
    sequence         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id               TEXT NOT NULL UNIQUE,
    org_id           TEXT NOT NULL,
    project_id       TEXT,
    kind             TEXT NOT NULL,
    actor_kind       TEXT NOT NULL,
    actor_id         TEXT,
    actor_public_key TEXT,
    remote_address   TEXT,
    detail           TEXT,
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_project ON events (project_id, created_at, sequence);
CREATE INDEX events_by_org ON events (org_id, created_at, sequence);

CREATE TABLE instance_settings (
    key    TEXT NOT NULL PRIMARY KEY,
    value  BLOB NOT NULL,
    sealed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
