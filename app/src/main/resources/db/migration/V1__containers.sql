-- One row a container; the record itself is JSON, so that a new field needs no migration.
CREATE TABLE IF NOT EXISTS container (
  id      VARCHAR(64)   PRIMARY KEY,
  name    VARCHAR(255)  NOT NULL UNIQUE,
  record  CLOB          NOT NULL
);

-- Values of which there is one: the instance id, the bridge's address.
CREATE TABLE IF NOT EXISTS setting (
  name    VARCHAR(100)  PRIMARY KEY,
  setting_value CLOB    NOT NULL
);
