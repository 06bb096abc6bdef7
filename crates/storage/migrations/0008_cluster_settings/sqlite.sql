-- What surrounds a cluster. Each is one row at most, its description a JSON object; a deleted cluster keeps its rows, and
-- has them again when it is brought back.
CREATE TABLE search_deployments (
    cluster_id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    id         TEXT NOT NULL,
    wanted     TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
) STRICT;

CREATE TABLE backup_schedules (
    cluster_id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    schedule   TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    FOREIGN KEY (project_id, cluster_id) REFERENCES clusters (project_id, id)
) STRICT;

-- `encryption_at_rest` is 1 while every cluster of the project must use a customer key.
CREATE TABLE backup_compliance_policies (
    project_id         TEXT NOT NULL PRIMARY KEY REFERENCES projects (id),
    encryption_at_rest INTEGER NOT NULL,
    policy             TEXT NOT NULL,
    updated_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX clusters_unencrypted ON clusters (project_id, name)
    WHERE encryption_provider IS NULL AND deleted_at IS NULL;

-- How many clusters each project has, so that a page of a long list need not count them.
CREATE TABLE cluster_counts (
    project_id TEXT NOT NULL PRIMARY KEY REFERENCES projects (id),
    clusters   INTEGER NOT NULL
) STRICT;
INSERT INTO cluster_counts (project_id, clusters)
    SELECT project_id, COUNT(*) FROM clusters WHERE deleted_at IS NULL GROUP BY project_id;
