-- A record of some kilobytes is kept in its row, not beside it: starting reads all rows.
SET MAX_LENGTH_INPLACE_LOB 65536;

-- The word has a narrower meaning now: containers that go or start on their own are not at rest.
UPDATE container SET at_rest = FALSE;
