-- The tables that every service's database has from its first migration on.
-- `crm migrate` runs this as the owner; app and worker stand for the service's two other roles.
CREATE TABLE event_counter (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    aggregate_id text COLLATE "C" NOT NULL,
    last integer NOT NULL,
    CONSTRAINT event_counter_pk PRIMARY KEY (tenant, aggregate_id)
);
CREATE TABLE event (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    type varchar(200) NOT NULL,
    at timestamptz NOT NULL,
    body text NOT NULL,
    CONSTRAINT event_pk PRIMARY KEY (tenant, aggregate_id, sequence),
    CONSTRAINT event_id_uq UNIQUE (id)
);
CREATE TABLE event_pending (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    partition integer NOT NULL,
    bulk boolean NOT NULL,
    laid_at timestamptz NOT NULL,
    CONSTRAINT event_pending_pk PRIMARY KEY (tenant, aggregate_id, sequence)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX event_pending_order_ix ON event_pending (partition, bulk, laid_at);
CREATE TABLE inbox (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    event_id text COLLATE "C" NOT NULL,
    handled_at timestamptz NOT NULL,
    CONSTRAINT inbox_pk PRIMARY KEY (tenant, event_id)
);
CREATE TABLE event_gate (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    source varchar(200) NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    CONSTRAINT event_gate_pk PRIMARY KEY (tenant, source, aggregate_id)
);
CREATE TABLE audit_line (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    id text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    actor_kind varchar(200) NOT NULL,
    actor_id text COLLATE "C" NOT NULL,
    request_id varchar(200) NOT NULL,
    action varchar(200) NOT NULL,
    record_type varchar(200) NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    fields jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    CONSTRAINT audit_line_pk PRIMARY KEY (tenant, id)
);
CREATE INDEX audit_line_record_id_ix ON audit_line (record_id);
CREATE TABLE number_series (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    name varchar(200) NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT number_series_pk PRIMARY KEY (tenant, name, year)
);
CREATE TABLE external_ref (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    record_type varchar(200) NOT NULL,
    source varchar(200) NOT NULL,
    ref varchar(200) NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    CONSTRAINT external_ref_pk PRIMARY KEY (tenant, record_type, source, ref)
);
CREATE INDEX external_ref_record_id_ix ON external_ref (tenant, record_id);
