CREATE TABLE record_share (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    principal_id text COLLATE "C" NOT NULL,
    can_edit boolean NOT NULL,
    can_delete boolean NOT NULL,
    can_share boolean NOT NULL,
    given_by_id text COLLATE "C" NOT NULL,
    given_at timestamptz NOT NULL,
    CONSTRAINT record_share_pk PRIMARY KEY (tenant, record_id, principal_id)
);
CREATE INDEX record_share_principal_id_ix ON record_share (tenant, principal_id, record_id);

CREATE TABLE share_draft (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    opened_by_id text COLLATE "C" NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    stored jsonb NOT NULL,
    chosen jsonb NOT NULL,
    CONSTRAINT share_draft_pk PRIMARY KEY (tenant, opened_by_id, record_id)
);
