-- The keys under which changes were asked for, so that one that is asked for twice is made once.
CREATE TABLE idempotency_key (
    tenant text COLLATE "C" NOT NULL DEFAULT current_setting('app.tenant'),
    principal text COLLATE "C" NOT NULL,
    mutation varchar(200) NOT NULL,
    key varchar(64) NOT NULL,
    fingerprint varchar(64) NOT NULL,
    claimed_at timestamptz NOT NULL,
    answer jsonb,
    CONSTRAINT idempotency_key_pk PRIMARY KEY (tenant, principal, mutation, key)
);
CREATE INDEX idempotency_key_claimed_at_ix ON idempotency_key (claimed_at);
