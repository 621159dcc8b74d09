/**
 * Every constant that decides when the writer pushes and how many commits a push has. Milliseconds
 * unless the name says otherwise.
 */
export const LIMITS = {
  /** Requests that may wait. One more is refused with `writer_busy`. */
  waiting: 512,
  /** Time for everything that a request waits for, unless its caller sets another time. */
  deadlineMs: 30_000,

  /** Commits of one push. A push costs the remote the same however many it has. */
  commits: 256,
  /**
   * Commits of one push to a remote that limits pushes per minute.
   * Source: GitHub's webhooks list at most 2,048 commits of one push.
   */
  commitsPaced: 2000,
  /** Commits that remain after any number of lost races. Fewer would hardly be pushed faster. */
  fewestCommits: 4,
  /** Share of the commits that the next attempt after a lost race has. */
  afterLostRace: 0.75,

  /** Fetch before deciding if the remote confirmed the head longer ago than this. */
  baseMs: 5000,
  /** The same while others push to the branch, because a push on an old head loses. */
  baseMsBesideOthers: 1000,
  /** Fetch before refusing a request if the remote confirmed the head longer ago than this. */
  refusalMs: 1000,
  /** No attempt for this long after the remote refused the credential. */
  refusedCredentialMs: 30_000,
  /** Time after which a branch that stays locked is an error. */
  lockedMs: 5000,
  /** Git failures in a row, without a lost race, after which the requests get an error. */
  troubles: 3,

  /** Longest random wait per failed attempt in a row, and in total. */
  retryStepMs: 20,
  /** A longer wait would miss the pauses that other servers leave. */
  retryMostMs: 250,

  /** Requests of one batch that count as a burst, whose clients may send again together. */
  burst: 4,
  /** Without a request for this long a burst has ended. */
  lullMs: 20,
  /** Wait for the first few requests of the clients that a push answered. */
  againMs: 50,
  /** Longest time that a finished batch waits for a steady stream of requests. */
  gatherMs: 600,
  /** Turns of the event loop that a received request needs to reach the queue. */
  turnsOfTheLoop: 3,

  /**
   * After `pushes` pushes in a row, pause for `pushesLong` times as long as the last one took.
   * Another writer has to fetch before it can push, so without pauses it would lose every race.
   */
  alone: { pushes: 16, pushesLong: 4 },
  pauseLeastMs: 400,
  pauseMostMs: 2000,
  /**
   * With no other writer, pushes of one commit each run this long before their first pause, so a
   * script that creates stores one after the other rarely waits.
   */
  singlesMs: 6000,
  /** Time after a commit of a person or another server during which another one is expected. */
  othersMs: 60_000,
  /**
   * Pushes belong to one row if no gap of `gapMs` separates them. The first `pushes` of a row wait
   * for no others, so a few requests are not delayed by writers who share the branch.
   */
  row: { pushes: 4, gapMs: 2000 },
  /**
   * Beside a person, pushes rest after one that landed for `pushesLong` times as long as it took,
   * which is long enough for two attempts of plain git, each a pull and a push. If another server
   * shares the branch, the one whose push landed rests `besideServer` times as long, and the one
   * whose push lost until one rest after the commit of the other. So servers push in turns. A push
   * that lost `lostBefore` races or more needs no rest, because the other writer is fast enough.
   */
  besidePerson: { pushesLong: 12, leastMs: 500, mostMs: 2000, besideServer: 2, lostBefore: 2 },
  /** Beside another server, which must first notice that its push was rejected, pauses are longer. */
  besideServer: { pushes: 4, pushesLong: 4 },
  /** A server seen within this time, the deadline of a request, may still have requests waiting. */
  serversMs: 30_000,
  /**
   * Servers that share a branch push in the first `openMs` of each `everyMs` of the wall clock. So
   * they are quiet at the same time, and a person who pushes for the first time can land. Clocks
   * that differ only shorten that time.
   */
  slots: { everyMs: 16_000, openMs: 13_500 },
} as const
