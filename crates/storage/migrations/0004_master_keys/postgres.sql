-- Which of the project's customer keys at that provider it is, from 1; changed credentials keep it.
ALTER TABLE customer_keys ADD COLUMN number BIGINT NOT NULL DEFAULT 1;
-- Since when the last definite answer has been what it is.
ALTER TABLE validities ADD COLUMN definite_since BIGINT;

-- Customer keys a project had. Settings and secret go once nothing needs them; the name stays, and so a number is
-- never given twice. Without settings there is nothing to check, and the columns of its validity say "unknown".
CREATE TABLE retired_customer_keys (
    project_id          TEXT NOT NULL REFERENCES encryption_at_rest (project_id),
    provider            TEXT NOT NULL,
    number              BIGINT NOT NULL,
    name                TEXT COLLATE "C" NOT NULL,
    settings            TEXT,
    role_id             TEXT,
    sealed_secret       BYTEA,
    fingerprint         BYTEA,
    key_revision        BIGINT NOT NULL,
    retired_at          BIGINT NOT NULL,
    state               TEXT NOT NULL,
    reason              TEXT,
    provider_code       TEXT,
    provider_message    TEXT,
    provider_request_id TEXT,
    was                 TEXT,
    since               BIGINT,
    checked_at          BIGINT,
    network_denied      BIGINT NOT NULL,
    awaiting_proof      BIGINT NOT NULL,
    generation          BIGINT NOT NULL,
    definite_since      BIGINT,
    revision            BIGINT NOT NULL,
    PRIMARY KEY (project_id, provider, number),
    FOREIGN KEY (project_id, role_id) REFERENCES provider_roles (project_id, id)
);
CREATE INDEX retired_customer_keys_by_fingerprint ON retired_customer_keys (fingerprint) WHERE fingerprint IS NOT NULL;

-- `scope` is who can name it: "node:<id>", or "clients:<cluster id>". `mac` covers every other column. A purged key
-- keeps its row, without its bytes.
CREATE TABLE master_keys (
    id                TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id        TEXT NOT NULL,
    cluster_id        TEXT NOT NULL,
    node_id           TEXT NOT NULL REFERENCES nodes (id),
    role              TEXT NOT NULL,
    scope             TEXT NOT NULL,
    object_type       TEXT NOT NULL,
    body              TEXT NOT NULL,
    provider          TEXT NOT NULL,
    customer_key      BIGINT NOT NULL,
    cluster_name      TEXT NOT NULL,
    wrapped_data_key  BYTEA,
    key_name          TEXT NOT NULL,
    key_material      TEXT,
    sealed            BYTEA,
    wrapping_revision BIGINT NOT NULL,
    revision          BIGINT NOT NULL,
    purge_at          BIGINT,
    purged_at         BIGINT,
    created_at        BIGINT NOT NULL,
    mac               BYTEA NOT NULL,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
);
CREATE INDEX master_keys_by_customer_key ON master_keys (project_id, provider, customer_key) WHERE purged_at IS NULL;
CREATE INDEX master_keys_by_provider ON master_keys (project_id, provider, id) WHERE purged_at IS NULL;
CREATE INDEX master_keys_by_project ON master_keys (project_id, created_at, id);
CREATE INDEX master_keys_by_cluster ON master_keys (cluster_id, id);
CREATE INDEX master_keys_by_node ON master_keys (node_id, id);
CREATE INDEX master_keys_by_scope ON master_keys (scope, id, purged_at);
CREATE INDEX master_keys_by_purge ON master_keys (purge_at) WHERE purge_at IS NOT NULL AND purged_at IS NULL;

-- The names of living keys.
CREATE TABLE master_key_names (
    scope         TEXT NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    master_key_id TEXT NOT NULL REFERENCES master_keys (id),
    PRIMARY KEY (scope, name)
);
CREATE INDEX master_key_names_by_key ON master_key_names (master_key_id);

-- Leave that an owner gave one node to have one key of another.
CREATE TABLE release_grants (
    id            TEXT NOT NULL PRIMARY KEY,
    project_id    TEXT NOT NULL REFERENCES projects (id),
    master_key_id TEXT NOT NULL REFERENCES master_keys (id),
    node_id       TEXT NOT NULL REFERENCES nodes (id),
    expires_at    BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    created_by    TEXT NOT NULL
);
CREATE INDEX release_grants_by_key ON release_grants (master_key_id, node_id);
CREATE INDEX release_grants_by_expiry ON release_grants (expires_at);

-- The record of releases: one chain per project, each line's mac covering the one before it. Lines outlive what they
-- tell of, so they refer to nothing.
CREATE TABLE releases (
    project_id TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    line       TEXT NOT NULL,
    mac        BYTEA NOT NULL,
    PRIMARY KEY (project_id, sequence)
);

CREATE TABLE release_heads (
    project_id TEXT NOT NULL PRIMARY KEY,
    sequence   BIGINT NOT NULL,
    mac        BYTEA NOT NULL,
    updated_at BIGINT NOT NULL,
    head_mac   BYTEA NOT NULL
);

-- Of one provider at most one is under way.
CREATE TABLE rotations (
    id            TEXT NOT NULL PRIMARY KEY,
    project_id    TEXT NOT NULL REFERENCES projects (id),
    provider      TEXT NOT NULL,
    from_number   BIGINT NOT NULL,
    to_number     BIGINT NOT NULL,
    started_at    BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    finished_at   BIGINT,
    superseded_at BIGINT,
    last_failure  TEXT
);
CREATE INDEX rotations_by_project ON rotations (project_id, started_at);
CREATE UNIQUE INDEX rotations_under_way ON rotations (project_id, provider)
    WHERE finished_at IS NULL AND superseded_at IS NULL;

-- What a snapshot of a cluster needs. A released one needs nothing.
CREATE TABLE snapshots (
    id          TEXT NOT NULL PRIMARY KEY,
    project_id  TEXT NOT NULL,
    cluster_id  TEXT NOT NULL,
    taken_at    BIGINT NOT NULL,
    description TEXT,
    created_at  BIGINT NOT NULL,
    released_at BIGINT,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
);
CREATE INDEX snapshots_by_cluster ON snapshots (cluster_id, taken_at);

CREATE TABLE snapshot_keys (
    snapshot_id   TEXT NOT NULL REFERENCES snapshots (id),
    master_key_id TEXT NOT NULL REFERENCES master_keys (id),
    PRIMARY KEY (snapshot_id, master_key_id)
);
CREATE INDEX snapshot_keys_by_key ON snapshot_keys (master_key_id);

-- Certificate authorities that a project brought, and which of their certificates is which node.
CREATE TABLE external_authorities (
    id          TEXT NOT NULL PRIMARY KEY,
    project_id  TEXT NOT NULL REFERENCES projects (id),
    name        TEXT COLLATE "C" NOT NULL,
    certificate BYTEA NOT NULL,
    fingerprint BYTEA NOT NULL,
    public_key  BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    removed_at  BIGINT
);
CREATE INDEX external_authorities_by_project ON external_authorities (project_id, name);
CREATE UNIQUE INDEX external_authorities_by_key ON external_authorities (public_key) WHERE removed_at IS NULL;

-- `kind` is "san_uri", "san_dns" or "fingerprint".
CREATE TABLE external_identities (
    authority_id TEXT NOT NULL REFERENCES external_authorities (id),
    kind         TEXT NOT NULL,
    value        TEXT COLLATE "C" NOT NULL,
    node_id      TEXT NOT NULL REFERENCES nodes (id),
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (authority_id, kind, value)
);
CREATE INDEX external_identities_by_node ON external_identities (node_id);
