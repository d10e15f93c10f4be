-- Copies of who comes in by the portal: of which party, and who there.
CREATE TABLE portal_identity (
    tenant text COLLATE "C" DEFAULT current_setting('app.tenant') NOT NULL,
    id text COLLATE "C" NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    is_active boolean NOT NULL,
    ended_sessions jsonb DEFAULT '{}' NOT NULL,
    sequence integer NOT NULL,
    CONSTRAINT portal_identity_pk PRIMARY KEY (tenant, id)
);
