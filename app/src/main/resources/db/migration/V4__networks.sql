-- One row a network; the record is JSON.
CREATE TABLE IF NOT EXISTS network (
  id      VARCHAR(64)   PRIMARY KEY,
  name    VARCHAR(255)  NOT NULL UNIQUE,
  record  CLOB          NOT NULL
);

-- What a running container has of the networks: written behind, as the kernel has it too.
CREATE TABLE IF NOT EXISTS live_networking (
  container_id  VARCHAR(64)  PRIMARY KEY,
  record        CLOB         NOT NULL
);
