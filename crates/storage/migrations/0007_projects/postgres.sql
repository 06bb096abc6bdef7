-- What people set on an organization and on a project beside its name: a JSON object.
ALTER TABLE organizations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE organizations ADD COLUMN deleted_at BIGINT;
ALTER TABLE projects ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- A project's IP access list: what people write down, which we give to nobody. `value` is a network or an address, as
-- its own text form has it.
CREATE TABLE network_access_entries (
    project_id   TEXT NOT NULL REFERENCES projects (id),
    value        TEXT COLLATE "C" NOT NULL,
    comment      TEXT,
    delete_after BIGINT,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (project_id, value)
);
