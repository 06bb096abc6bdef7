-- Atrest's own certificate authorities; the one of the greatest generation signs.
CREATE TABLE certificate_authorities (
    id          TEXT NOT NULL PRIMARY KEY,
    generation  BIGINT NOT NULL UNIQUE,
    certificate BYTEA NOT NULL,
    public_key  BYTEA NOT NULL,
    sealed_key  BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);

-- A revoked node keeps its row and gives its name free.
CREATE TABLE nodes (
    id         TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    role       TEXT NOT NULL,
    region     TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
);
CREATE INDEX nodes_by_cluster ON nodes (cluster_id, name);
CREATE UNIQUE INDEX nodes_by_name ON nodes (cluster_id, name) WHERE revoked_at IS NULL;

-- A node never has two certificates for one key.
CREATE TABLE node_certificates (
    serial       TEXT NOT NULL PRIMARY KEY,
    node_id      TEXT NOT NULL REFERENCES nodes (id),
    authority_id TEXT NOT NULL REFERENCES certificate_authorities (id),
    public_key   BYTEA NOT NULL,
    fingerprint  BYTEA NOT NULL UNIQUE,
    certificate  BYTEA NOT NULL,
    issued_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    UNIQUE (node_id, public_key)
);
CREATE INDEX node_certificates_by_authority ON node_certificates (authority_id, ends_at);

CREATE TABLE enrolment_tokens (
    sha256      BYTEA NOT NULL PRIMARY KEY,
    node_id     TEXT NOT NULL REFERENCES nodes (id),
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT,
    used_serial TEXT REFERENCES node_certificates (serial)
);
CREATE INDEX enrolment_tokens_by_node ON enrolment_tokens (node_id);
