-- Whether a starting daemon has nothing to do for the container: its record is then read when it is first asked for.
ALTER TABLE container ADD IF NOT EXISTS at_rest BOOLEAN DEFAULT FALSE NOT NULL;
