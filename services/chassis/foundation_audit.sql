-- The chain of audit lines, what waits for its place in it, and the refusal to change either.
ALTER TABLE audit_line ADD COLUMN on_behalf_of text COLLATE "C";
CREATE INDEX audit_line_at_ix ON audit_line (tenant, at, id);
CREATE INDEX audit_line_actor_id_ix ON audit_line (tenant, actor_id, at, id);
CREATE TABLE audit_unlinked (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    line_id text COLLATE "C" NOT NULL,
    CONSTRAINT audit_unlinked_pk PRIMARY KEY (tenant, line_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE TABLE audit_link (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    number bigint NOT NULL,
    line_id text COLLATE "C" NOT NULL,
    hash varchar(64) NOT NULL,
    CONSTRAINT audit_link_pk PRIMARY KEY (tenant, number),
    CONSTRAINT audit_link_tenant_line_id_uq UNIQUE (tenant, line_id)
);
