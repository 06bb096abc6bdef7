-- Atrest's own certificate authorities; the one of the greatest generation signs.
CREATE TABLE certificate_authorities (
    id          TEXT NOT NULL PRIMARY KEY,
    generation  INTEGER NOT NULL UNIQUE,
    certificate BLOB NOT NULL,
    public_key  BLOB NOT NULL,
    sealed_key  BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

-- A revoked node keeps its row and gives its name free.
CREATE TABLE nodes (
    id         TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    region     TEXT,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
) STRICT;
CREATE INDEX nodes_by_cluster ON nodes (cluster_id, name);
CREATE UNIQUE INDEX nodes_by_name ON nodes (cluster_id, name) WHERE revoked_at IS NULL;

-- A node never has two certificates for one key.
CREATE TABLE node_certificates (
    serial       TEXT NOT NULL PRIMARY KEY,
    node_id      TEXT NOT NULL REFERENCES nodes (id),
    authority_id TEXT NOT NULL REFERENCES certificate_authorities (id),
    public_key   BLOB NOT NULL,
    fingerprint  BLOB NOT NULL UNIQUE,
    certificate  BLOB NOT NULL,
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    UNIQUE (node_id, public_key)
) STRICT;
CREATE INDEX node_certificates_by_authority ON node_certificates (authority_id, ends_at);

CREATE TABLE enrolment_tokens (
    sha256      BLOB NOT NULL PRIMARY KEY,
    node_id     TEXT NOT NULL REFERENCES nodes (id),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    used_serial TEXT REFERENCES node_certificates (serial)
) STRICT;
CREATE INDEX enrolment_tokens_by_node ON enrolment_tokens (node_id);
