import { type Kysely, sql } from 'kysely'

/** What an incident's desk knows besides its status: clocks, roles, who takes part, what people said and have to do. */
export const desk = (botRole: string) => ({
  async up(db: Kysely<unknown>) {
    for (const statement of tables) await sql.raw(statement).execute(db)
    const bot = sql.id(botRole)
    await sql`grant select, insert, update on handoffs, reminders, tasks, messages, marks, listening, room_members to ${bot}`.execute(
      db,
    )
    await sql`grant select, insert on participants to ${bot}`.execute(db)
    await sql`grant usage, select on sequence handoffs_id_seq, reminders_id_seq, tasks_id_seq to ${bot}`.execute(db)
  },
})

const tables = [
  // own_room: all of the channel is the incident's. channel: null until that is made. acknowledge_by, update_due: what the
  // severity promises; null when it promises nothing, or not any more. updated_at: of the last update that was posted.
  `alter table incidents
    alter column channel drop not null,
    add column own_room boolean not null default false,
    add column acknowledge_by timestamptz(3),
    add column breached_at timestamptz(3),
    add column update_due timestamptz(3),
    add column updated_at timestamptz(3),
    add column closed_at timestamptz(3),
    add column duplicate_of integer references incidents,
    add column deputy text,
    add column operations_lead text,
    add column communications_lead text,
    add column scribe text`,
  // Whom it is for: lists and Home ask for it.
  `create index incidents_commander on incidents (commander) where status not in ('resolved', 'closed', 'cancelled')`,
  // What somebody asked for last.
  `create index changes_requester on changes (requester, id)`,
  `create index incidents_duplicate on incidents (duplicate_of) where duplicate_of is not null`,

  // Somebody is asked to take a role over; one at a time for each.
  `create table handoffs (
    id integer generated always as identity primary key,
    incident integer not null references incidents,
    role text not null,
    from_person text,
    to_person text not null,
    offered_by text not null,
    offered_at timestamptz(3) not null,
    state text not null default 'offered',
    settled_at timestamptz(3)
  )`,
  `create unique index handoffs_open on handoffs (incident, role) where state = 'offered'`,
  `create index handoffs_to on handoffs (to_person) where state = 'offered'`,

  // Who was told that something is due, once each. about: the change, where it is about one. round: 0 for whoever comes
  // first, 1 for the next in line.
  `create table reminders (
    id integer generated always as identity primary key,
    incident integer not null references incidents,
    kind text not null,
    about text,
    due_at timestamptz(3) not null,
    round integer not null,
    person text not null,
    sent_at timestamptz(3) not null,
    snoozed_until timestamptz(3),
    settled_at timestamptz(3)
  )`,
  `create index reminders_open on reminders (incident) where settled_at is null`,
  `create index reminders_person on reminders (person, sent_at)`,

  // Whoever spoke or acted in an incident, once each.
  `create table participants (
    incident integer not null references incidents,
    person text not null,
    joined_at timestamptz(3) not null,
    primary key (incident, person)
  )`,
  `create index participants_person on participants (person)`,

  // What is to be done, by reaction: 'task' in the incident, 'follow-up' after it.
  `create table tasks (
    id integer generated always as identity primary key,
    incident integer not null references incidents,
    kind text not null,
    text text not null,
    owner text not null,
    raised_by text not null,
    raised_at timestamptz(3) not null,
    channel text,
    ts text,
    settled_by text,
    settled_at timestamptz(3)
  )`,
  `create unique index tasks_message on tasks (channel, ts, kind) where settled_at is null`,
  `create index tasks_owner on tasks (owner) where settled_at is null`,
  `create index tasks_incident on tasks (incident)`,

  // What was last said of a kind in an incident (its links, its duplicates, what was looked at): asked for each status and
  // each card, and as fast in a long history.
  `create index timeline_newest on timeline (chain, type, seq)`,

  // Whose channel a message was written in, where an incident has one of its own.
  `create index incidents_channel on incidents (channel)`,
  `create unique index incidents_own_room on incidents (channel) where own_room`,

  // Who is, was, or is asked into an incident's own channel: 'invited', 'inside', 'left'. Of a private one nobody else may
  // know.
  `create table room_members (
    incident integer not null references incidents,
    person text not null,
    state text not null,
    primary key (incident, person)
  )`,
  `create index room_members_person on room_members (person)`,

  // What people wrote in an incident's thread, as far as it is on record: so that nothing is recorded twice, and an edit
  // that changes no word (Slack unfurls a link) records nothing. digest: of the text and the files' ids; empty once what it
  // said was erased. version: of the last edit that is on record, in an order, so that an older one that comes late is known
  // for that; empty when there was none.
  `create table messages (
    channel text not null,
    ts text not null,
    incident integer not null references incidents,
    author text not null,
    digest text not null,
    version text not null default '',
    deleted boolean not null default false,
    primary key (channel, ts)
  )`,
  `create index messages_incident on messages (incident, ts)`,

  // Who marked which message, by which emoji: it is marked while one of them stands. heard_ts: Slack's name of what was
  // heard last, so that a reaction and its removal may come in any order; empty when it was found in Slack.
  `create table marks (
    channel text not null,
    ts text not null,
    emoji text not null,
    person text not null,
    incident integer not null references incidents,
    mark text not null,
    stands boolean not null,
    heard_ts text not null,
    primary key (channel, ts, emoji, person)
  )`,

  // When Slack was last heard: what comes before the next time may have been missed.
  `create table listening (
    one boolean primary key default true check (one),
    heard_at timestamptz(3) not null
  )`,
]
