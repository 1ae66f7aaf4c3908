import { type Kysely, sql } from 'kysely'

/** Who is asked and who looks, locks on objects, what stops everything, and what people's rights rest on. */
export const governance = (botRole: string) => ({
  async up(db: Kysely<unknown>) {
    for (const statement of tables) await sql.raw(statement).execute(db)
    const bot = sql.id(botRole)
    await sql`grant select, insert on change_objects, asks, configurations to ${bot}`.execute(db)
    // Who approved may still break the glass; nothing else about a vote ever changes.
    await sql`grant update (decision, voted_at, comment, roles_as_of) on votes to ${bot}`.execute(db)
    await sql`grant select, insert, delete on object_locks to ${bot}`.execute(db)
    await sql`grant select, insert, update on freezes, revocations, review_items, accounts, memberships, tokens,
      sink_cursors, recoveries to ${bot}`.execute(db)
    // A backup says of which schema it is, and no number that was ever given is given again: it may skip some, not go back.
    await sql`grant select on kysely_migration to ${bot}`.execute(db)
    await sql`grant usage, select on sequence incidents_id_seq, changes_id_seq, freezes_id_seq, revocations_id_seq,
      review_items_id_seq, tokens_id_seq, recoveries_id_seq to ${bot}`.execute(db)
    await sql`revoke all on function erase_payload from public`.execute(db)
    await sql`grant execute on function erase_payload to ${bot}`.execute(db)
  },
})

const tables = [
  // replaces: the change that this one asks for again. seen_before: how the service was just before the effect.
  `alter table changes
    add column replaces integer references changes,
    add column seen_before text,
    add column looker text,
    add column looking_since timestamptz(3)`,
  // roles_as_of: how old the membership was that the vote rests on, when Slack could not be asked.
  `alter table votes
    add column comment text,
    add column roles_as_of timestamptz(3)`,

  // The objects of each plan: `prod/deployment/<uid>`. Two changes of one object know of each other.
  `create table change_objects (
    object text not null,
    change integer not null references changes,
    primary key (object, change)
  )`,
  `create index change_objects_change on change_objects (change)`,
  // From claim to outcome an object is one change's alone.
  `create table object_locks (
    object text primary key,
    change integer not null references changes,
    taken_at timestamptz(3) not null
  )`,
  `create index object_locks_change on object_locks (change)`,

  // Who was asked to approve, round by round.
  `create table asks (
    change integer not null references changes,
    round integer not null,
    person text not null,
    asked_at timestamptz(3) not null,
    primary key (change, round, person)
  )`,

  // \`/ops hold\`: one at a time stands.
  `create table freezes (
    id integer generated always as identity primary key,
    frozen_by text not null,
    reason text not null,
    frozen_at timestamptz(3) not null,
    released_by text,
    released_at timestamptz(3)
  )`,
  `create unique index freezes_standing on freezes ((released_at is null)) where released_at is null`,

  `create table revocations (
    id integer generated always as identity primary key,
    person text not null,
    revoked_by text not null,
    reason text not null,
    revoked_at timestamptz(3) not null,
    lifted_by text,
    lifted_at timestamptz(3)
  )`,
  `create unique index revocations_standing on revocations (person) where lifted_at is null`,

  // What the review of an incident has to answer. Nothing settles one yet, and closing doesn’t wait for it.
  `create table review_items (
    id integer generated always as identity primary key,
    incident integer not null references incidents,
    change integer references changes,
    kind text not null,
    text text not null,
    raised_by text not null,
    raised_at timestamptz(3) not null,
    settled_by text,
    settled_at timestamptz(3)
  )`,
  `create index review_items_incident on review_items (incident)`,

  // What Slack said of accounts and groups, and when: for the hours in which it says nothing.
  `create table accounts (
    account text primary key,
    document text not null,
    seen_at timestamptz(3) not null
  )`,
  `create table memberships (
    user_group text primary key,
    members json not null,
    seen_at timestamptz(3) not null
  )`,

  // What each configuration said that was on record, without any secret: to tell what the next one changes.
  `create table configurations (
    hash text primary key,
    document text not null
  )`,

  // The command line's. Only the hash of a token is kept.
  `create table tokens (
    id integer generated always as identity primary key,
    person text not null,
    hash bytea not null unique,
    issued_by text not null,
    issued_at timestamptz(3) not null,
    expires_at timestamptz(3) not null,
    revoked_at timestamptz(3),
    used_at timestamptz(3),
    -- 90 days, whatever the zone of the session makes of a day
    check (expires_at <= issued_at + interval '2160 hours')
  )`,

  // How far each audit sink has what each chain says.
  `create table sink_cursors (
    sink text not null,
    chain text not null references chains,
    seq bigint not null,
    primary key (sink, chain)
  )`,

  // While one stands, nothing that was pending runs. lost: what Slack shows that the ledger doesn't have, for people;
  // empty: nothing, null: not compared yet.
  `create table recoveries (
    id integer generated always as identity primary key,
    began_at timestamptz(3) not null,
    reason text not null,
    lost text,
    ended_by text,
    ended_at timestamptz(3)
  )`,
  `create unique index recoveries_standing on recoveries ((ended_at is null)) where ended_at is null`,

  `create index timeline_type on timeline (type, recorded_at)`,

  // The bot may not touch payloads. It may erase one that an entry of the same chain, written before, says is erased.
  `create function erase_payload(of_chain text, of_seq bigint) returns boolean
    language plpgsql security definer set search_path = pg_catalog, public as $$
    begin
      if not exists (
        select from timeline t join payloads p using (chain, seq)
        where t.chain = of_chain and t.seq > of_seq and t.type = 'timeline.erased'
          and (p.body::json -> 'data' -> 'entries')::jsonb @> to_jsonb(of_seq)
      ) then
        return false;
      end if;
      delete from payloads where chain = of_chain and seq = of_seq;
      return found;
    end $$`,
]
