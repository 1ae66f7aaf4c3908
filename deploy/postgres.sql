-- Firebreak's database and its two roles, for a Postgres that is new to it (15 or newer). As its superuser:
--   FIREBREAK_OWNER_PASSWORD=… FIREBREAK_BOT_PASSWORD=… psql -f deploy/postgres.sql
-- The tables are made by the bot's first start.
\set ON_ERROR_STOP on
\getenv owner_password FIREBREAK_OWNER_PASSWORD
\getenv bot_password FIREBREAK_BOT_PASSWORD

-- Owns the database and its tables: DATABASE_MIGRATE_URL.
create role firebreak_owner login password :'owner_password';
-- Gets what the migrations grant it, and so can add to the timeline and never change it: DATABASE_URL.
create role firebreak_bot login password :'bot_password';

create database firebreak owner firebreak_owner;
revoke all on database firebreak from public;
grant connect on database firebreak to firebreak_bot;
