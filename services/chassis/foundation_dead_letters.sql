-- What did not get through to a reader, and what waits behind it.
CREATE TABLE dead_letter (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    id text COLLATE "C" NOT NULL,
    source varchar(200) NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    event_id text COLLATE "C",
    event_type varchar(200),
    reason varchar(40) NOT NULL
        CONSTRAINT dead_letter_deadletterreason_ck CHECK (reason IN ('UNREADABLE', 'INVALID', 'LOOPED', 'REFUSED', 'FAILED')),
    detail varchar(2000) NOT NULL,
    body text NOT NULL,
    status varchar(40) NOT NULL
        CONSTRAINT dead_letter_deadletterstatus_ck CHECK (status IN ('WAITING', 'RETRYING', 'RETRIED', 'SKIPPED')),
    skipped_because varchar(500),
    owner_id text COLLATE "C",
    team_id text COLLATE "C",
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by_kind varchar(20) NOT NULL,
    created_by_id text COLLATE "C" NOT NULL,
    archived_at timestamptz,
    CONSTRAINT dead_letter_pk PRIMARY KEY (tenant, id)
);
CREATE INDEX dead_letter_by_created_at_ix ON dead_letter (tenant, created_at, id);
CREATE TABLE parked_event (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    source varchar(200) NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    body text NOT NULL,
    parked_at timestamptz NOT NULL,
    CONSTRAINT parked_event_pk PRIMARY KEY (tenant, source, aggregate_id, sequence)
);
ALTER TABLE event_gate ADD COLUMN dead_letter_id text COLLATE "C";
ALTER TABLE event_gate ADD COLUMN draining boolean NOT NULL DEFAULT false;
CREATE INDEX event_gate_draining_ix ON event_gate (tenant, source, aggregate_id) WHERE draining;
CREATE INDEX inbox_handled_at_ix ON inbox USING brin (handled_at);
