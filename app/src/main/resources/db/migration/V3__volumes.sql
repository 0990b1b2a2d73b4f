-- One row a volume; the record itself is JSON.
CREATE TABLE IF NOT EXISTS volume (
  name    VARCHAR(255)  PRIMARY KEY,
  record  CLOB          NOT NULL
);
