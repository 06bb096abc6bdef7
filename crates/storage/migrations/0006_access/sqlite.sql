-- The last characters of the private half, by which its holder knows a key again.
ALTER TABLE api_keys ADD COLUMN private_tail TEXT NOT NULL DEFAULT '';
ALTER TABLE service_accounts ADD COLUMN description TEXT NOT NULL DEFAULT '';

-- People. An address is kept in lower case.
CREATE TABLE users (
    id            TEXT NOT NULL PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,
    first_name    TEXT NOT NULL,
    last_name     TEXT NOT NULL,
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE org_members (
    org_id                TEXT NOT NULL REFERENCES organizations (id),
    user_id               TEXT NOT NULL REFERENCES users (id),
    state                 TEXT NOT NULL,
    roles                 TEXT NOT NULL,
    invited_at            INTEGER,
    invitation_expires_at INTEGER,
    invited_by            TEXT,
    PRIMARY KEY (org_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX org_members_by_user ON org_members (user_id);

-- Of a token only its SHA-256 is kept; the token is 256 random bits and works once.
CREATE TABLE user_tokens (
    token_sha256 BLOB NOT NULL PRIMARY KEY,
    org_id       TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    expires_at   INTEGER NOT NULL,
    FOREIGN KEY (org_id, user_id) REFERENCES org_members (org_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX user_tokens_by_member ON user_tokens (org_id, user_id);

CREATE TABLE teams (
    id         TEXT NOT NULL PRIMARY KEY,
    org_id     TEXT NOT NULL REFERENCES organizations (id),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (org_id, name),
    UNIQUE (org_id, id)
) STRICT, WITHOUT ROWID;

-- A team and its members belong to the same organization, whatever the program does.
CREATE TABLE team_members (
    team_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    org_id  TEXT NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (org_id, team_id) REFERENCES teams (org_id, id) ON DELETE CASCADE,
    FOREIGN KEY (org_id, user_id) REFERENCES org_members (org_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX team_members_by_member ON team_members (org_id, user_id);

CREATE TABLE team_roles (
    team_id    TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES projects (id),
    roles      TEXT NOT NULL,
    PRIMARY KEY (team_id, project_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_roles_by_project ON team_roles (project_id);
