-- A deleted project stays for a while. It gives its name free: `name` is its id then, and the name it had is
-- in `former_name`.
ALTER TABLE projects ADD COLUMN former_name TEXT;
ALTER TABLE projects ADD COLUMN deleted_at BIGINT;

-- `encryption_provider` holds on to the customer key's row, which cannot go while a live cluster needs it. A
-- deleted cluster lets go of it, and of its name; `former_encryption_provider` tells what it used.
CREATE TABLE clusters (
    id                         TEXT NOT NULL PRIMARY KEY,
    project_id                 TEXT NOT NULL REFERENCES projects (id),
    name                       TEXT COLLATE "C" NOT NULL,
    settings                   TEXT NOT NULL,
    encryption_provider        TEXT,
    former_encryption_provider TEXT,
    revision                   BIGINT NOT NULL,
    created_at                 BIGINT NOT NULL,
    deleted_at                 BIGINT,
    UNIQUE (project_id, id),
    FOREIGN KEY (project_id, encryption_provider) REFERENCES customer_keys (project_id, provider)
);
CREATE UNIQUE INDEX clusters_by_name ON clusters (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX clusters_by_provider ON clusters (project_id, encryption_provider) WHERE encryption_provider IS NOT NULL;

ALTER TABLE events ADD COLUMN cluster_name TEXT;
