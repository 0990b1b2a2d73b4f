-- The configuration is kept as it came: the id is its digest.
CREATE TABLE IF NOT EXISTS image (
  id      VARCHAR(150)  PRIMARY KEY,
  parent  VARCHAR(150),
  tagged  BIGINT        NOT NULL,   -- milliseconds since 1970; 0: never
  config  BLOB          NOT NULL
);

-- A name in full, with its tag or its digest.
CREATE TABLE IF NOT EXISTS image_name (
  name   VARCHAR(1000)  PRIMARY KEY,
  image  VARCHAR(150)   NOT NULL
);
CREATE INDEX IF NOT EXISTS image_name_image ON image_name (image);

-- boot: the boot of the host during which the layer was applied; null once it is on the disk for certain.
CREATE TABLE IF NOT EXISTS layer (
  chain_id  VARCHAR(150)  PRIMARY KEY,
  diff_id   VARCHAR(150)  NOT NULL,
  parent    VARCHAR(150),
  size      BIGINT        NOT NULL,
  tar_size  BIGINT        NOT NULL,
  boot      VARCHAR(40)
);

-- Under which digests registries have a layer, compressed.
CREATE TABLE IF NOT EXISTS layer_blob (
  diff_id     VARCHAR(150)  NOT NULL,
  digest      VARCHAR(150)  NOT NULL,
  repository  VARCHAR(600)  NOT NULL,
  size        BIGINT        NOT NULL,
  media_type  VARCHAR(200)  NOT NULL,
  PRIMARY KEY (diff_id, digest, repository)
);
