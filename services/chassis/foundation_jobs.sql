-- What is brought in and taken out: files in chunks, and the jobs that read and write them.
CREATE TABLE file (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    id text COLLATE "C" NOT NULL,
    name varchar(200) NOT NULL,
    media_type varchar(100) NOT NULL,
    state varchar(40) NOT NULL,
    size integer NOT NULL,
    chunks integer NOT NULL,
    sha256 varchar(64),
    expires_at timestamptz NOT NULL,
    owner_id text COLLATE "C",
    team_id text COLLATE "C",
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by_kind varchar(20) NOT NULL,
    created_by_id text COLLATE "C" NOT NULL,
    archived_at timestamptz,
    CONSTRAINT file_pk PRIMARY KEY (tenant, id),
    CONSTRAINT file_filestate_ck CHECK (state IN ('OPEN', 'WHOLE'))
);
CREATE INDEX file_by_created_at_ix ON file (tenant, created_at, id);
CREATE INDEX file_expires_at_ix ON file (expires_at);
CREATE TABLE file_chunk (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    file_id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT file_chunk_pk PRIMARY KEY (tenant, file_id, number),
    CONSTRAINT file_chunk_file_fk FOREIGN KEY (tenant, file_id) REFERENCES file (tenant, id) ON DELETE CASCADE
);
CREATE TABLE job (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    id text COLLATE "C" NOT NULL,
    kind varchar(40) NOT NULL,
    record_type varchar(200) NOT NULL,
    state varchar(40) NOT NULL,
    is_dry_run boolean NOT NULL,
    options jsonb NOT NULL,
    source_file_id text COLLATE "C",
    result_file_id text COLLATE "C",
    failed_file_id text COLLATE "C",
    total integer,
    done integer NOT NULL,
    failed integer NOT NULL,
    created integer NOT NULL,
    updated integer NOT NULL,
    unchanged integer NOT NULL,
    place jsonb NOT NULL,
    epoch integer NOT NULL,
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    reason varchar(200),
    message text,
    owner_id text COLLATE "C",
    team_id text COLLATE "C",
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by_kind varchar(20) NOT NULL,
    created_by_id text COLLATE "C" NOT NULL,
    archived_at timestamptz,
    CONSTRAINT job_pk PRIMARY KEY (tenant, id),
    CONSTRAINT job_jobkind_ck CHECK (kind IN ('IMPORT', 'EXPORT', 'BULK')),
    CONSTRAINT job_jobstate_ck CHECK (state IN ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'))
);
CREATE INDEX job_by_created_at_ix ON job (tenant, created_at, id);
CREATE INDEX job_unfinished_ix ON job (tenant, created_at, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX job_finished_at_ix ON job (finished_at);
