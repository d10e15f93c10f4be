ALTER TABLE staff_user ADD COLUMN unit_id text COLLATE "C",
    ADD COLUMN team_ids text[] COLLATE "C" DEFAULT '{}' NOT NULL;

CREATE TABLE staff_role (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    id text COLLATE "C" NOT NULL,
    standard varchar(40),
    grants jsonb,
    sequence integer NOT NULL,
    CONSTRAINT staff_role_pk PRIMARY KEY (tenant, id)
);

CREATE TABLE org_unit (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    id text COLLATE "C" NOT NULL,
    parent_id text COLLATE "C",
    sequence integer NOT NULL,
    CONSTRAINT org_unit_pk PRIMARY KEY (tenant, id)
);
