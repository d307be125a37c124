-- The statements of `app.seeding.staging`, each below its name.

-- name: tables
CREATE TABLE staged (
    kind TEXT, id TEXT, hash BLOB, sort_key INTEGER, file TEXT, line INTEGER, body BLOB,
    name_type TEXT
);
CREATE TABLE mention (kind TEXT, target TEXT, file TEXT, line INTEGER, id TEXT, field TEXT);
CREATE TABLE former_id (name_type TEXT, former TEXT, id TEXT, file TEXT, line INTEGER);
CREATE TABLE evidence (
    quote TEXT, source TEXT, words TEXT, file TEXT, line INTEGER, body BLOB, used INTEGER,
    PRIMARY KEY (quote, source, words)
) WITHOUT ROWID;
CREATE TABLE task (
    kind TEXT, id TEXT, action TEXT, old_sort_key INTEGER, new_sort_key INTEGER,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- name: add_records
INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_mentions
INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?);

-- name: add_former_ids
INSERT INTO former_id VALUES (?, ?, ?, ?, ?);

-- name: add_evidence
INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?, ?, ?, 0);

-- Source, words and body of the evidence of a quote.
-- name: evidence_of
SELECT source, words, body FROM evidence WHERE quote = ?;

-- name: use_evidence
UPDATE evidence SET used = 1 WHERE quote = ? AND source = ? AND words = ?;

-- Quote, source, file and line of evidence for words that its quote does not have.
-- name: unused_evidence
SELECT e.quote, e.source, e.file, e.line FROM evidence AS e
WHERE NOT e.used AND EXISTS (
    SELECT 1 FROM staged AS s
    WHERE s.kind = 'quote' AND s.id = e.quote AND length(s.hash) > 0
) ORDER BY e.file, e.line;

-- All records are there when this is made; no question below is asked before.
-- name: index_ids
CREATE INDEX staged_id ON staged (id, name_type);

-- Id, kind, file and line of each record whose id was there before, and where.
-- name: duplicates
SELECT later.id, later.kind, later.file, later.line, first.file, first.line
FROM (
    SELECT id, name_type, min(rowid) AS first FROM staged
    GROUP BY id, name_type HAVING count(*) > 1
) AS twice
JOIN staged AS later ON later.id = twice.id AND later.rowid > twice.first
    AND later.name_type = twice.name_type
JOIN staged AS first ON first.rowid = twice.first
ORDER BY later.rowid;

-- Each mention of an entry that is not there: the kind and id that it names, its file, line, record
-- and field, and the kind that has the id, if any.
-- name: dangling_mentions
SELECT m.kind, m.target, m.file, m.line, m.id, m.field,
       (SELECT s.kind FROM staged AS s WHERE s.id = m.target LIMIT 1)
FROM mention AS m
WHERE NOT EXISTS (
    SELECT 1 FROM staged AS s WHERE s.id = m.target AND m.kind IN (s.kind, s.name_type)
)
ORDER BY m.rowid;

-- Rowid and body of each valid term whose deadline counts from an event, and the event's body.
-- name: anchored_terms
SELECT t.rowid, t.body, e.body FROM mention AS m
CROSS JOIN staged AS t ON t.kind = 'term' AND t.id = m.id AND length(t.body) > 0
CROSS JOIN staged AS e ON e.kind = 'event' AND e.id = m.target AND length(e.body) > 0
WHERE m.field = 'deadline.anchor.event';

-- name: replace_body
UPDATE staged SET hash = ?, body = ? WHERE rowid = ?;

-- Proposal, the one that it replies to, file and line.
-- name: replies
SELECT id, target, file, line FROM mention WHERE field = 'in_reply_to.proposal';

-- Former ids that are a present id, or that another record claims: the id, its record, file and
-- line, and who has it.
-- name: reused_former_ids
SELECT f.former, f.id, f.file, f.line, 'the id of what stands at ' || s.file || ':' || s.line
FROM former_id AS f JOIN staged AS s ON s.id = f.former AND s.name_type = f.name_type
UNION ALL
SELECT f.former, f.id, f.file, f.line, 'claimed at ' || g.file || ':' || g.line || ' too'
FROM former_id AS f JOIN former_id AS g
    ON g.name_type = f.name_type AND g.former = f.former AND g.rowid < f.rowid AND g.id <> f.id;

-- Whether a record has an id, or had it.
-- name: has_id
SELECT 1 FROM staged WHERE id = ?1 UNION ALL SELECT 1 FROM former_id WHERE former = ?1 LIMIT 1;

-- Ids of a kind, or of all entries, in order, the first of which begins so or comes after it.
-- name: ids_from
SELECT id FROM staged WHERE ? IN (kind, name_type) AND id >= ? ORDER BY id LIMIT 5000;

-- Sort key and rowid of each entry that has the sort key of another one before it.
-- name: collisions
SELECT sort_key, rowid FROM (
    SELECT sort_key, rowid, id, row_number() OVER (PARTITION BY sort_key ORDER BY id) AS nth
    FROM staged WHERE sort_key IN (
        SELECT sort_key FROM staged WHERE sort_key IS NOT NULL
        GROUP BY sort_key HAVING count(*) > 1
    )
) WHERE nth > 1 ORDER BY sort_key, id;

-- name: index_sort_keys
CREATE INDEX staged_sort_key ON staged (sort_key);

-- name: with_sort_key
SELECT 1 FROM staged WHERE sort_key = ?;

-- name: set_sort_key
UPDATE staged SET sort_key = ? WHERE rowid = ?;

-- The sort keys of all entries in order.
-- name: sort_keys
SELECT sort_key FROM staged WHERE sort_key IS NOT NULL ORDER BY 1;

-- For the order of all records, and their tasks.
-- name: index_order
CREATE INDEX staged_order ON staged (kind, id, hash, sort_key);

-- Kind, id, hash and sort key of every record.
-- name: records
SELECT kind, id, hash, sort_key FROM staged ORDER BY kind, id;

-- Kind, id, action, old and new sort key, unless a record has a task already.
-- name: add_tasks
INSERT OR IGNORE INTO task VALUES (?, ?, ?, ?, ?);

-- The tasks are there when this is made, so that none has to be sorted.
-- name: index_tasks
CREATE INDEX task_order ON task
    (action, coalesce(new_sort_key, old_sort_key), old_sort_key, new_sort_key);

-- The tasks of one action, ordered by sort key.
-- name: tasks
SELECT t.kind, t.id, t.old_sort_key, t.new_sort_key, s.hash, s.body FROM task AS t
LEFT JOIN staged AS s ON s.kind = t.kind AND s.id = t.id
WHERE t.action = ? ORDER BY coalesce(t.new_sort_key, t.old_sort_key);

-- Kind, id and action of every record with a task of some actions, which are a JSON array.
-- name: records_with
SELECT kind, id, action FROM task
WHERE action IN (SELECT value FROM json_each(?)) ORDER BY kind, id;

-- Kind, file and line of an entry of this id that is new, where its kind is another.
-- name: added_as_other
SELECT s.kind, s.file, s.line FROM staged AS s JOIN task AS t
    ON t.kind = s.kind AND t.id = s.id AND t.action = 'added'
WHERE s.id = ? AND s.name_type = 'entry' AND s.kind <> ?;

-- name: bodies
SELECT body FROM staged WHERE kind = ? AND length(hash) > 0 ORDER BY id;

-- Type of name, former id and present id.
-- name: former_ids
SELECT name_type, former, id FROM former_id;

-- name: counts
SELECT kind, count(*) FROM staged GROUP BY 1;

-- What is added to lists of postings and removed from them, and does not stay in memory.
-- name: fragments
CREATE TABLE fragment (
    key INTEGER, kind TEXT, dimension TEXT, value TEXT, is_removed INTEGER, ordinals BLOB
);

-- name: add_fragments
INSERT INTO fragment VALUES (?, ?, ?, ?, ?, ?);

-- The fragments of each list, one list after the other.
-- name: fragments_by_key
SELECT key, kind, dimension, value, is_removed, ordinals FROM fragment ORDER BY key, rowid;

-- How many wordings have evidence of some status.
-- name: count_evidence
SELECT count(*) FROM evidence WHERE used AND json_extract(CAST(body AS TEXT), '$.status') = ?;

-- Rowid of the last record that was added.
-- name: last_record
SELECT coalesce(max(rowid), 0) FROM staged;

-- name: id_of
SELECT id FROM staged WHERE rowid = ?;

-- Kind, file and line of a valid entry.
-- name: valid_entry
SELECT kind, file, line FROM staged WHERE id = ? AND name_type = 'entry' AND length(hash) > 0;

-- Id, field and target of mentions of an event further away than so many days, and of a proposal
-- that is younger than what names it; at most so many. In a sort key, 41 bits follow the day.
-- name: remote_mentions
SELECT m.id, m.field, m.target FROM mention AS m
JOIN staged AS f ON f.id = m.id AND f.sort_key IS NOT NULL
JOIN staged AS t ON t.kind = m.kind AND t.id = m.target AND t.sort_key IS NOT NULL
WHERE m.field NOT LIKE 'life[%' AND CASE WHEN m.kind = 'event'
    THEN m.field = 'event' AND abs((f.sort_key >> 41) - (t.sort_key >> 41)) > ?
    ELSE f.kind <> 'term' AND (f.sort_key >> 41) < (t.sort_key >> 41) END
ORDER BY m.rowid LIMIT ?;

-- A sort key of each day on which an entry begins; 41 bits follow the day.
-- name: first_of_day
SELECT min(sort_key) FROM staged WHERE sort_key IS NOT NULL GROUP BY sort_key >> 41;
