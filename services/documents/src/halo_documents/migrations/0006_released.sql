-- A request that was held and waits in the kelurahan's queue again has no holder. Who held it last stays known.
ALTER TABLE assignments ADD COLUMN released_at timestamptz;
