-- Which alerts a project wants, and whom to tell how. `body` is JSON. Webhooks' addresses and secrets lie sealed.
CREATE TABLE alert_configs (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id      TEXT NOT NULL REFERENCES projects (id),
    kind            TEXT NOT NULL,
    enabled         BIGINT NOT NULL,
    body            TEXT NOT NULL,
    sealed_webhooks BYTEA,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL
);
CREATE INDEX alert_configs_by_project ON alert_configs (project_id, created_at, id);

-- Which configurations a project was given by itself, so that one that somebody deleted does not come back.
CREATE TABLE alert_defaults (
    project_id TEXT NOT NULL REFERENCES projects (id),
    kind       TEXT NOT NULL,
    PRIMARY KEY (project_id, kind)
);

-- Alerts outlive their configurations. At most one of a configuration and a subject is not over.
CREATE TABLE alerts (
    id                 TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id         TEXT NOT NULL,
    config_id          TEXT NOT NULL,
    kind               TEXT NOT NULL,
    subject            TEXT NOT NULL,
    state              TEXT NOT NULL,
    body               TEXT NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    resolved_at        BIGINT,
    acknowledged_until BIGINT,
    last_notified      BIGINT,
    notices            BIGINT NOT NULL,
    revision           BIGINT NOT NULL
);
CREATE UNIQUE INDEX alerts_live ON alerts (config_id, subject) WHERE state IN ('TRACKING', 'OPEN');
CREATE INDEX alerts_by_project ON alerts (project_id, created_at, id);
CREATE INDEX alerts_by_state ON alerts (project_id, state, created_at, id);
CREATE INDEX alerts_by_config ON alerts (config_id, created_at, id);
CREATE INDEX alerts_over ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;

-- Since when the customer key of a provider has not been rotated: its enabling, or its last rotation.
CREATE TABLE rotation_clocks (
    project_id TEXT NOT NULL REFERENCES projects (id),
    provider   TEXT NOT NULL,
    since      BIGINT NOT NULL,
    PRIMARY KEY (project_id, provider)
);

-- What the provider said of the end of a customer key when it was last asked. `key_revision` tells of which.
CREATE TABLE key_outlooks (
    project_id   TEXT NOT NULL,
    provider     TEXT NOT NULL,
    key_revision BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    expires_at   BIGINT,
    deletion_at  BIGINT,
    PRIMARY KEY (project_id, provider),
    FOREIGN KEY (project_id, provider) REFERENCES customer_keys (project_id, provider) ON DELETE CASCADE
);

-- A project's destroyed master keys that can be brought back, the next to be wiped first.
CREATE INDEX master_keys_destroyed ON master_keys (project_id, purge_at, id)
    WHERE purge_at IS NOT NULL AND purged_at IS NULL;

-- Events that may begin or end alerts wait here until those were looked at.
ALTER TABLE events ADD COLUMN alert_pending BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_pending ON events (project_id, sequence) WHERE alert_pending = 1;
