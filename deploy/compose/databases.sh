#!/bin/bash
# Makes a role and a database per service, when PostgreSQL's folder is made.
set -euo pipefail

for service in intake dispatch documents notify; do
    password="HALO_${service^^}_PASSWORD"
    psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
        --set "role=halo_$service" --set "password=${!password}" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"role" OWNER :"role";
SQL
done
