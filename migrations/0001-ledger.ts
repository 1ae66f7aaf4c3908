import { type Kysely, sql } from 'kysely'

/**
 * The ledger, incidents, changes and Slack messages. The owner of these tables runs this; the bot's own role gets no
 * more than it needs: it can add to the timeline and read it, never alter it.
 */
export const ledger = (botRole: string) => ({
  async up(db: Kysely<unknown>) {
    for (const statement of tables) await sql.raw(statement).execute(db)
    const bot = sql.id(botRole)
    await sql`grant usage on schema public to ${bot}`.execute(db)
    await sql`grant select, insert on timeline, payloads, plans, votes to ${bot}`.execute(db)
    await sql`grant select, insert, update on chains, incidents, changes, run_steps, slack_messages to ${bot}`.execute(
      db,
    )
  },
})

const tables = [
  // One hash chain an incident (INC-7) and one for what belongs to none (general). The row is the chain's lock: whoever
  // changes anything of an incident holds it. `projected` tells how far Slack's messages follow.
  `create table chains (
    chain text primary key,
    seq bigint not null default 0,
    head bytea not null,
    projected bigint not null default 0
  )`,
  // Constant work for the follower, however many incidents there have been.
  `create index chains_behind on chains (chain) where projected < seq`,

  // bytes: the canonical JSON that was hashed; the other columns are derived from it, for queries.
  // cause: what made a person's gesture happen (event_id, trigger_id). Unique: a redelivery records nothing twice.
  `create table timeline (
    chain text not null references chains,
    seq bigint not null,
    type text not null,
    subject text not null,
    actor text not null,
    occurred_at timestamptz(3) not null,
    recorded_at timestamptz(3) not null,
    cause text constraint timeline_cause unique,
    bytes bytea not null,
    hash bytea not null,
    primary key (chain, seq)
  )`,

  // What an entry says, apart from its facts, so that it can be erased and the chain still verifies.
  // Text, not jsonb: jsonb refuses \\u0000, which a log line may hold.
  `create table payloads (
    chain text not null,
    seq bigint not null,
    salt bytea not null,
    body text not null,
    primary key (chain, seq),
    foreign key (chain, seq) references timeline
  )`,

  `create table incidents (
    id integer generated always as identity primary key,
    title text not null,
    severity text not null,
    status text not null,
    kind text not null default 'operational',
    visibility text not null default 'public',
    world text not null default 'production',
    channel text not null,
    service text,
    commander text not null,
    opened_by text not null,
    impact_started_at timestamptz(3),
    detected_at timestamptz(3),
    declared_at timestamptz(3) not null,
    acknowledged_at timestamptz(3),
    mitigated_at timestamptz(3),
    resolved_at timestamptz(3),
    cause text,
    fix text
  )`,
  `create index incidents_open on incidents (id) where status not in ('resolved', 'closed', 'cancelled')`,

  `create table changes (
    id integer generated always as identity primary key,
    chain text not null references chains,
    incident integer references incidents,
    channel text not null,
    requester text not null,
    operation text not null,
    version integer not null,
    line text not null,
    args json not null,
    service text not null,
    target text not null,
    environment text not null,
    undoes integer references changes,
    state text not null,
    plan integer not null,
    epoch integer not null default 0,
    worker text,
    lease_until timestamptz(3),
    verify_until timestamptz(3),
    requested_at timestamptz(3) not null,
    finished_at timestamptz(3),
    detail text
  )`,
  // What the executor looks for: few rows, however many changes have ended.
  `create index changes_live on changes (state, id)
    where state in ('planned', 'approved', 'claimed', 'intended', 'applied', 'unknown')`,
  `create index changes_incident on changes (incident)`,
  `create index changes_undoes on changes (undoes) where undoes is not null`,

  // document: the canonical JSON whose SHA-256 is what people approve.
  `create table plans (
    change integer not null references changes,
    n integer not null,
    hash bytea not null,
    document text not null,
    tier text not null,
    approve_by timestamptz(3) not null,
    execute_by timestamptz(3) not null,
    planned_at timestamptz(3) not null,
    primary key (change, n)
  )`,
  `create table votes (
    change integer not null,
    plan integer not null,
    person text not null,
    decision text not null,
    voted_at timestamptz(3) not null,
    primary key (change, plan, person),
    foreign key (change, plan) references plans
  )`,
  // The intent is the row, the outcome its later columns: a row without an outcome after a crash is to be observed.
  `create table run_steps (
    change integer not null,
    plan integer not null,
    step integer not null,
    epoch integer not null,
    document text not null,
    intended_at timestamptz(3) not null,
    outcome text,
    outcome_at timestamptz(3),
    observed text,
    primary key (change, plan, step),
    foreign key (change, plan) references plans
  )`,

  // What was last posted, against what should be there. A row is written before the post: one without ts after a crash
  // is looked up in Slack by its metadata.
  `create table slack_messages (
    subject text not null,
    slot text not null,
    chain text not null references chains,
    channel text not null,
    thread_of text,
    ts text,
    file text,
    state text not null,
    hash text not null,
    posting_since timestamptz(3),
    posted_at timestamptz(3),
    primary key (subject, slot)
  )`,
  `create unique index slack_messages_ts on slack_messages (channel, ts)`,
  `create index slack_messages_chain on slack_messages (chain)`,
  `create index slack_messages_thread on slack_messages (thread_of)`,
]
