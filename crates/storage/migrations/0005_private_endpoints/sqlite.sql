-- Since when a project is inactive; null while it is active.
ALTER TABLE projects ADD COLUMN inactive_at INTEGER;

-- Private endpoints, one row for one resource in the cloud. `start_at` is when its creation may begin, `since` when it
-- came into its state, `cloud` a JSON object of what is known of the resource, `predecessor` the rejected endpoint that
-- it takes over from. A provider with endpoints stays enabled, whatever the program does.
CREATE TABLE private_endpoints (
    id            TEXT NOT NULL PRIMARY KEY,
    project_id    TEXT NOT NULL,
    provider      TEXT NOT NULL,
    region        TEXT NOT NULL,
    state         TEXT NOT NULL,
    predecessor   TEXT,
    rejections    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    start_at      INTEGER NOT NULL,
    since         INTEGER NOT NULL,
    cloud         TEXT NOT NULL,
    error_message TEXT,
    revision      INTEGER NOT NULL,
    FOREIGN KEY (project_id, provider) REFERENCES customer_keys (project_id, provider)
) STRICT, WITHOUT ROWID;
CREATE INDEX private_endpoints_by_region ON private_endpoints (project_id, provider, region);
CREATE UNIQUE INDEX private_endpoints_alive ON private_endpoints (project_id, provider, region)
    WHERE state NOT IN ('PENDING_RECREATION', 'DELETING');

-- One row where key calls leave by private endpoints only: it comes with the first active one. `routes` is a JSON array
-- of the endpoints that are active now.
CREATE TABLE private_paths (
    project_id TEXT NOT NULL,
    provider   TEXT NOT NULL,
    routes     TEXT NOT NULL,
    PRIMARY KEY (project_id, provider),
    FOREIGN KEY (project_id, provider) REFERENCES customer_keys (project_id, provider) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
