#!/bin/sh
# Runs once, when the cluster is initialized: creates an owner for the tables, and a role for the application that owns none.
# Migrations grant rights to openslot_app; see migrations/versions/0001_foundation.py.
set -eu
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$POSTGRES_PASSWORD" --set app_password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE openslot_app NOLOGIN;
CREATE ROLE openslot_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE openslot LOGIN PASSWORD :'app_password';
GRANT openslot_app TO openslot;
GRANT openslot_app TO openslot_owner WITH ADMIN OPTION;
CREATE DATABASE openslot OWNER openslot_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE openslot FROM PUBLIC;
GRANT CONNECT ON DATABASE openslot TO openslot_app;
SQL
