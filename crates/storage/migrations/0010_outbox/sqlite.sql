-- What is to be told, and what was. Notices of one lane (an alert and a target) go out one after the other, by
-- `sequence`; their turn stands in `work`. `target` and `content` are JSON. A letter may hold a link that lets somebody
-- in: it is sealed, and wiped once it is over. `delivered` is a JSON array of the addresses that have it already.
CREATE TABLE notices (
    id             TEXT NOT NULL PRIMARY KEY,
    lane           TEXT NOT NULL,
    sequence       INTEGER NOT NULL,
    org_id         TEXT NOT NULL,
    project_id     TEXT,
    alert_id       TEXT,
    kind           TEXT NOT NULL,
    target         TEXT NOT NULL,
    content        TEXT NOT NULL,
    sealed_letter  BLOB,
    created_at     INTEGER NOT NULL,
    state          TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    first_tried_at INTEGER,
    delivered      TEXT NOT NULL,
    error          TEXT,
    ended_at       INTEGER,
    UNIQUE (lane, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_pending ON notices (lane, sequence) WHERE state = 'PENDING';
CREATE INDEX notices_ended ON notices (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX notices_by_state ON notices (state);
CREATE INDEX notices_by_alert ON notices (alert_id) WHERE alert_id IS NOT NULL;

-- Which events are the organization's own: those of no project, and those of projects that come and go. Lists are read
-- off indexes alone, whatever they are asked for: by owner, by owner and kind, by owner and cluster.
ALTER TABLE events ADD COLUMN of_org INTEGER NOT NULL DEFAULT 0;
UPDATE events SET of_org = 1 WHERE project_id IS NULL OR kind IN ('GROUP_CREATED', 'GROUP_DELETED', 'GROUP_RETURNED');
DROP INDEX events_by_org;
CREATE INDEX events_of_org ON events (org_id, created_at, sequence) WHERE of_org = 1;
CREATE INDEX events_of_org_by_kind ON events (org_id, kind, created_at, sequence) WHERE of_org = 1;
CREATE INDEX events_by_kind ON events (project_id, kind, created_at, sequence);
CREATE INDEX events_by_cluster ON events (project_id, cluster_name, created_at, sequence)
    WHERE cluster_name IS NOT NULL;
