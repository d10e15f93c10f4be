CREATE FUNCTION make_event_day(day date) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
-- Make a day's table as secure as the rest from birth, and move in what fell into the net.
-- Attaching locks nobody out who writes events; making it in place would.
DECLARE
    name text := 'event_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS)', name);
    EXECUTE format('WITH moved AS (DELETE FROM event_default WHERE told_on = $1 RETURNING *)
                    INSERT INTO %I SELECT * FROM moved', name) USING day;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format($policy$CREATE POLICY tenant ON %I
        USING (tenant = nullif(current_setting('app.tenant', true), ''))
        WITH CHECK (tenant = nullif(current_setting('app.tenant', true), ''))$policy$, name);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, day, day + 1);
    RETURN true;
END $$;

CREATE FUNCTION keep_event_days(ahead integer, kept integer, OUT made integer, OUT dropped integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- Make the days to come, and drop those whose time is over: never one of the last 30, and never
-- one of which an event still waits for the stream. Run by several at once, one does it.
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    day date;
BEGIN
    made := 0;
    dropped := 0;
    IF NOT pg_try_advisory_xact_lock(hashtext('event_days')) THEN
        RETURN;
    END IF;
    FOR day IN SELECT today + number FROM generate_series(0, least(ahead, 60)) AS number LOOP
        made := made + make_event_day(day)::integer;
    END LOOP;
    FOR day IN
        SELECT told_on FROM event_day
        WHERE told_on < today - greatest(kept, 30)
          AND NOT EXISTS (SELECT FROM event_pending AS pending
                          WHERE pending.told_on = event_day.told_on)
    LOOP
        EXECUTE format('DROP TABLE %I', 'event_' || to_char(day, 'YYYYMMDD'));
        dropped := dropped + 1;
    END LOOP;
END $$;

CREATE VIEW event_day AS
-- The days that have a table.
SELECT to_date(substring(child.relname FROM '^event_(\d{8})$'), 'YYYYMMDD') AS told_on
FROM pg_inherits
JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = 'event'::regclass AND child.relname ~ '^event_\d{8}$'
