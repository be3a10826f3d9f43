/* store_schema.c - the SQL of a new file.
 *
 * Columns carry their unit: _ns nanoseconds of virtual time, _utok micro-tokens (1 DGAI = 10^6).
 */
#include "analysis/store_schema.h"

#include <stddef.h>

const char *const store_schema_sql[] = {
    "PRAGMA application_id = 1684501357", /* STORE_APPLICATION_ID */
    "PRAGMA user_version = 2",            /* STORE_SCHEMA_VERSION */

    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",

    "CREATE TABLE scenarios ("
    " hash TEXT PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " description TEXT,"
    " text TEXT NOT NULL"
    ") WITHOUT ROWID",

    "CREATE TABLE parameters ("
    " scenario_hash TEXT NOT NULL REFERENCES scenarios (hash),"
    " name TEXT NOT NULL,"
    " unit TEXT NOT NULL,"
    " value INTEGER NOT NULL,"
    " standard INTEGER NOT NULL,"
    " origin TEXT NOT NULL,"
    " PRIMARY KEY (scenario_hash, name)"
    ") WITHOUT ROWID",

    "CREATE TABLE runs ("
    " run INTEGER PRIMARY KEY,"
    " scenario_hash TEXT NOT NULL REFERENCES scenarios (hash),"
    " seed INTEGER NOT NULL,"
    " replication INTEGER NOT NULL,"
    " fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 16),"
    " events INTEGER NOT NULL,"
    " requests INTEGER NOT NULL,"
    " virtual_ns INTEGER NOT NULL,"
    " wall_seconds REAL NOT NULL,"
    " memory_bytes INTEGER NOT NULL,"
    " started_utc TEXT NOT NULL,"
    " version TEXT NOT NULL,"
    " compiler TEXT NOT NULL,"
    " build_flags TEXT NOT NULL,"
    " host TEXT NOT NULL,"
    " kernel TEXT NOT NULL,"
    " command_line TEXT"
    ")",

    "CREATE TABLE metric_help (name TEXT PRIMARY KEY, help TEXT NOT NULL) WITHOUT ROWID",

    "CREATE TABLE metrics ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " name TEXT NOT NULL,"
    " unit TEXT NOT NULL,"
    " value REAL,"
    " PRIMARY KEY (run, name)"
    ") WITHOUT ROWID",

    "CREATE TABLE series ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " name TEXT NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " end_ns INTEGER NOT NULL,"
    " unit TEXT NOT NULL,"
    " value REAL,"
    " PRIMARY KEY (run, name, epoch)"
    ") WITHOUT ROWID",

    "CREATE TABLE nodes ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " node INTEGER NOT NULL,"
    " operator INTEGER NOT NULL,"
    " group_name TEXT,"
    " region TEXT,"
    " hardware TEXT,"
    " class TEXT,"
    " behaviour TEXT NOT NULL,"
    " verifier_behaviour TEXT,"
    " state TEXT NOT NULL,"
    " stake_start_utok INTEGER NOT NULL,"
    " stake_end_utok INTEGER NOT NULL,"
    " fees_utok INTEGER NOT NULL,"
    " rewards_utok INTEGER NOT NULL,"
    " verifier_fees_utok INTEGER NOT NULL,"
    " slashed_utok INTEGER NOT NULL,"
    " refunded_utok INTEGER NOT NULL,"
    " compute_cost_utok INTEGER NOT NULL,"
    " verification_cost_utok INTEGER NOT NULL,"
    " outside_cost_utok INTEGER NOT NULL,"
    " profit_utok INTEGER NOT NULL,"
    " compute_milli INTEGER NOT NULL,"
    " answers INTEGER NOT NULL,"
    " checks INTEGER NOT NULL,"
    " failures INTEGER NOT NULL,"
    " offences INTEGER NOT NULL,"
    " reveals INTEGER NOT NULL,"
    " missed INTEGER NOT NULL,"
    " declined INTEGER NOT NULL,"
    " padding_tokens INTEGER NOT NULL,"
    " absent_ns INTEGER NOT NULL,"
    " cheats INTEGER NOT NULL,"
    " first_cheat_ns INTEGER,"
    " first_failure_ns INTEGER,"
    " jailed_ns INTEGER,"
    " utilisation REAL,"
    " quality REAL,"
    " PRIMARY KEY (run, node)"
    ") WITHOUT ROWID",

    "CREATE TABLE operators ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " operator INTEGER NOT NULL,"
    " behaviour TEXT NOT NULL,"
    " nodes INTEGER NOT NULL,"
    " balance_utok INTEGER NOT NULL,"
    " stake_utok INTEGER NOT NULL,"
    " profit_utok INTEGER NOT NULL,"
    " PRIMARY KEY (run, operator)"
    ") WITHOUT ROWID",

    "CREATE TABLE ledger ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " time_ns INTEGER NOT NULL,"
    " account TEXT NOT NULL,"
    " side TEXT NOT NULL CHECK (side IN ('in', 'held')),"
    " amount_utok INTEGER NOT NULL,"
    " PRIMARY KEY (run, time_ns, account)"
    ") WITHOUT ROWID",

    "CREATE TABLE requests ("
    " run INTEGER NOT NULL REFERENCES runs (run),"
    " request INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " gateway INTEGER,"
    " node INTEGER,"
    " class TEXT,"
    " outcome TEXT NOT NULL,"
    " tokens_in INTEGER NOT NULL,"
    " tokens_out INTEGER NOT NULL,"
    " start_ns INTEGER NOT NULL,"
    " ttft_ns INTEGER,"
    " latency_ns INTEGER,"
    " fee_utok INTEGER NOT NULL,"
    " PRIMARY KEY (run, request)"
    ") WITHOUT ROWID",

    "CREATE VIEW v_runs AS"
    " SELECT r.run, s.name AS scenario, r.seed, r.replication, r.fingerprint, r.events, r.requests,"
    "  r.virtual_ns / 3600e9 AS virtual_hours, r.wall_seconds,"
    "  CASE WHEN r.wall_seconds > 0 THEN r.events / r.wall_seconds END AS events_per_second,"
    "  r.started_utc, r.version, r.host"
    " FROM runs AS r JOIN scenarios AS s ON s.hash = r.scenario_hash",

    /* A dotted name is a metric and what it is of: "latency_p99.large",
     * "profit_per_node.honest". */
    "CREATE VIEW v_metrics AS"
    " SELECT m.run, s.name AS scenario, r.scenario_hash, r.seed, r.replication, m.name,"
    "  CASE WHEN instr(m.name, '.') > 0 THEN substr(m.name, 1, instr(m.name, '.') - 1)"
    "   ELSE m.name END AS metric,"
    "  CASE WHEN instr(m.name, '.') > 0 THEN substr(m.name, instr(m.name, '.') + 1)"
    "   END AS subject,"
    "  m.unit, m.value"
    " FROM metrics AS m JOIN runs AS r ON r.run = m.run"
    " JOIN scenarios AS s ON s.hash = r.scenario_hash",

    "CREATE VIEW v_series AS"
    " SELECT v.run, s.name AS scenario, r.seed, r.replication, v.name, v.epoch,"
    "  v.end_ns / 3600e9 AS end_hours, v.unit, v.value"
    " FROM series AS v JOIN runs AS r ON r.run = v.run"
    " JOIN scenarios AS s ON s.hash = r.scenario_hash",

    "CREATE VIEW v_replications AS"
    " SELECT r.scenario_hash, s.name AS scenario, r.seed, m.name, m.unit,"
    "  count(m.value) AS runs, avg(m.value) AS mean, min(m.value) AS minimum,"
    "  max(m.value) AS maximum"
    " FROM metrics AS m JOIN runs AS r ON r.run = m.run"
    " JOIN scenarios AS s ON s.hash = r.scenario_hash"
    " GROUP BY r.scenario_hash, r.seed, m.name",

    /* As the metrics count nodes: an honest server that checks dishonestly is not an honest
     * node. */
    "CREATE VIEW v_nodes AS"
    " SELECT CASE WHEN behaviour = 'honest' THEN coalesce(verifier_behaviour, behaviour)"
    "  ELSE behaviour END AS label, *"
    " FROM nodes",

    "CREATE VIEW v_profit_by_behaviour AS"
    " SELECT run, label AS behaviour, count(*) AS nodes,"
    "  avg(fees_utok) / 1e6 AS fees, avg(rewards_utok) / 1e6 AS rewards,"
    "  avg(verifier_fees_utok) / 1e6 AS verifier_fees,"
    "  avg(compute_cost_utok) / 1e6 AS compute_cost,"
    "  avg(verification_cost_utok) / 1e6 AS verification_cost,"
    "  avg(outside_cost_utok) / 1e6 AS outside_cost,"
    "  avg(slashed_utok) / 1e6 AS slashed, avg(profit_utok) / 1e6 AS profit"
    " FROM v_nodes GROUP BY run, label",

    "CREATE VIEW v_detection AS"
    " SELECT run, label AS behaviour, count(*) AS nodes, sum(cheats) AS cheats,"
    "  sum(cheats > 0) AS cheating_nodes,"
    "  sum(cheats > 0 AND failures > 0) AS failed_nodes,"
    "  sum(cheats > 0 AND jailed_ns >= first_cheat_ns) AS jailed_nodes,"
    "  avg(CASE WHEN cheats > 0 THEN coalesce(jailed_ns >= first_cheat_ns, 0) END)"
    "   AS jailed_share,"
    "  avg(CASE WHEN jailed_ns >= first_cheat_ns THEN (jailed_ns - first_cheat_ns) / 3600e9 END)"
    "   AS mean_hours_to_jail"
    " FROM v_nodes GROUP BY run, label",

    "CREATE VIEW v_honest_punished AS"
    " SELECT run, node, operator, class, failures, offences, jailed_ns, slashed_utok"
    " FROM v_nodes WHERE label = 'honest' AND (offences > 0 OR slashed_utok > 0)",

    "CREATE VIEW v_ledger_identity AS"
    " SELECT run, time_ns,"
    "  sum(CASE WHEN side = 'in' THEN amount_utok ELSE 0 END) AS came_in_utok,"
    "  sum(CASE WHEN side = 'held' THEN amount_utok ELSE 0 END) AS held_utok,"
    "  sum(CASE WHEN side = 'in' THEN amount_utok ELSE -amount_utok END) AS gap_utok"
    " FROM ledger GROUP BY run, time_ns",

    "CREATE VIEW v_ledger_end AS"
    " SELECT l.run, l.side, l.account, l.amount_utok, l.amount_utok / 1e6 AS amount"
    " FROM ledger AS l"
    " WHERE l.time_ns = (SELECT max(k.time_ns) FROM ledger AS k WHERE k.run = l.run)",

    "CREATE VIEW v_changed_parameters AS"
    " SELECT s.name AS scenario, p.scenario_hash, p.name, p.unit, p.value, p.standard, p.origin"
    " FROM parameters AS p JOIN scenarios AS s ON s.hash = p.scenario_hash"
    " WHERE p.value <> p.standard",
    NULL,
};
