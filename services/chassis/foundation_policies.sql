-- Copies of field policies, and what copies of staff users say of sessions that ended.
ALTER TABLE staff_user ADD COLUMN ended_sessions jsonb DEFAULT '{}' NOT NULL;
CREATE TABLE field_policy (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    id text COLLATE "C" NOT NULL,
    record_type varchar(200) NOT NULL,
    field varchar(200),
    readable_by varchar(40)[],
    audits_reads boolean NOT NULL,
    sequence integer NOT NULL,
    CONSTRAINT field_policy_pk PRIMARY KEY (tenant, id)
);
