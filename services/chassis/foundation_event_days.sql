-- Events by the day on which they were told, so that a day is dropped as one table.
-- PostgreSQL wants the day in every unique key here: that an aggregate's number is given once is
-- held by its locked counter and by event_pending, which stays as it is.
ALTER TABLE event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE event RENAME TO event_undated;
ALTER TABLE event_undated RENAME CONSTRAINT event_pk TO event_undated_pk;
ALTER TABLE event_undated RENAME CONSTRAINT event_id_uq TO event_undated_id_uq;
CREATE TABLE event (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    aggregate_id text COLLATE "C" NOT NULL,
    sequence integer NOT NULL,
    told_on date NOT NULL,
    id text COLLATE "C" NOT NULL,
    type varchar(200) NOT NULL,
    at timestamptz NOT NULL,
    body text NOT NULL,
    CONSTRAINT event_pk PRIMARY KEY (tenant, aggregate_id, sequence, told_on),
    CONSTRAINT event_id_uq UNIQUE (id, told_on)
) PARTITION BY RANGE (told_on);
CREATE TABLE event_default PARTITION OF event DEFAULT;
ALTER TABLE event_pending ADD COLUMN told_on date;
ALTER TABLE event_pending NO FORCE ROW LEVEL SECURITY;
UPDATE event_pending AS pending SET told_on = (event_undated.at AT TIME ZONE 'UTC')::date
    FROM event_undated
    WHERE event_undated.tenant = pending.tenant AND event_undated.sequence = pending.sequence
      AND event_undated.aggregate_id = pending.aggregate_id;
ALTER TABLE event_pending ALTER COLUMN told_on SET NOT NULL;
ALTER TABLE event_pending FORCE ROW LEVEL SECURITY;
