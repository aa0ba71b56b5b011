CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE scans (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	original_name TEXT NOT NULL, 
	inbox_path TEXT NOT NULL, 
	source BLOB NOT NULL, 
	sha256 TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	class_name TEXT, 
	nearest_class TEXT, 
	score REAL, 
	distance REAL, 
	runner_up TEXT, 
	runner_up_distance REAL, 
	nearest_support TEXT, 
	pages INTEGER, 
	destination TEXT, 
	destination_path BLOB, 
	duplicate_of INTEGER, 
	error_stage TEXT, 
	error TEXT, 
	advice TEXT, 
	attempts INTEGER DEFAULT 0 NOT NULL, 
	branch_id TEXT, 
	index_id TEXT, 
	received_at TEXT NOT NULL, 
	finished_at TEXT, 
	CONSTRAINT fk_scans_duplicate_of FOREIGN KEY(duplicate_of) REFERENCES scans (id)
);
CREATE TABLE matches (
	scan_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	class_name TEXT NOT NULL, 
	support TEXT NOT NULL, 
	distance REAL NOT NULL, 
	CONSTRAINT pk_matches PRIMARY KEY (scan_id, rank), 
	CONSTRAINT fk_matches_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE readings (
	scan_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	vendor TEXT, 
	ticket_date TEXT, 
	total TEXT, 
	currency TEXT, 
	tax TEXT, 
	CONSTRAINT pk_readings PRIMARY KEY (scan_id), 
	CONSTRAINT fk_readings_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE journal (
	scan_id INTEGER NOT NULL, 
	source BLOB NOT NULL, 
	destination BLOB NOT NULL, 
	sha256 TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	inode INTEGER, 
	final_state TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (scan_id), 
	CONSTRAINT fk_journal_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE heartbeat (
	id INTEGER NOT NULL CONSTRAINT ck_heartbeat_one_row CHECK (id = 1), 
	pid INTEGER NOT NULL, 
	started_at TEXT NOT NULL, 
	swept_at TEXT, 
	waiting INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (id)
);
INSERT INTO "alembic_version" VALUES
('0001');
INSERT INTO "scans" VALUES
(1, 'copy.png', 'copy.png', CAST('{home}/inbox/copy.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/copy.png', CAST('sorted/ticket/copy.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:29.371820Z', '2026-11-30T22:35:40.619626Z'),
(2, 'no picture.png', 'no picture.png', CAST('{home}/inbox/no picture.png' AS BLOB), '5464533c9647b67eb320c40ccc5959537c09102ae75388f6a7675b433e745c9d', 12, 'failed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/no picture.png', CAST('failed/no picture.png' AS BLOB), NULL, 'decode', 'is no image of a kind this version reads', 'It reads PNG, JPEG, TIFF, BMP, WebP, GIF; convert it.', 0, NULL, NULL, '2026-11-30T22:35:29.371820Z', '2026-11-30T22:35:40.619626Z'),
(3, 'cylinder.png', 'cylinder.png', CAST('{home}/inbox/cylinder.png' AS BLOB), 'c43445d6301cea9ba09e8f2b2ee2f341b0a0957ca1e9c8b27803fe6922bf678e', 687, 'filed', 'extra', 'extra', 0.7858143030743735, 0.0, 'cylinder', 0.0777799756905243, 'extra/cylinder.png', 1, 'sorted/extra/cylinder.png', CAST('sorted/extra/cylinder.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:29.371820Z', '2026-11-30T22:35:40.619626Z'),
(4, 'gone.png', 'gone.png', CAST('{home}/inbox/gone.png' AS BLOB), '224ee353913f937761eadd7cb9ea64ed7cc212f7c7274b902bf024d874fdf294', 684, 'filed', 'extra', 'extra', 0.7738908974053434, 0.004487998043648161, 'cylinder', 0.07813147419757062, 'extra/cylinder.png', 1, 'sorted/extra/gone.png', CAST('sorted/extra/gone.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:29.371820Z', '2026-11-30T22:35:40.619626Z'),
(5, 'strange.png', 'strange.png', CAST('{home}/inbox/strange.png' AS BLOB), '197a09568a6c054767efb4d9ee801afb742cffe5f86a19cf4d7ed7681226818b', 10988, 'review', 'unknown', 'ticket', 0.1848768913838193, 0.6336950563601284, 'extra', 0.964935488870238, 'ticket/ticket-02.png', 1, 'review/strange.png', CAST('review/strange.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:29.428742Z', '2026-11-30T22:35:41.559640Z'),
(6, 'café ticket.png', 'café ticket.png', CAST('{home}/inbox/café ticket.png' AS BLOB), 'dd4faadc0158bc431e7e6bea19ecaf08aa285939156bf92dc6d1bddecabc8a14', 19482, 'filed', 'ticket', 'ticket', 0.9465515016282396, 0.32079594684592677, 'cylinder', 0.9942019252178674, 'ticket/ticket-06.png', 1, 'sorted/ticket/café ticket.png', CAST('sorted/ticket/café ticket.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:29.428742Z', '2026-11-30T22:35:41.559640Z'),
(7, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e9bc3dc1a3685d717c73b435c963d3568dc007d8ae5383a2518b9a007f7f6787', 7235, 'superseded', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/late.png', CAST('failed/late.png' AS BLOB), NULL, 'decode', 'ends early: a PNG cut off', 'Copy or scan it again.', 0, NULL, NULL, '2026-11-30T22:35:29.428742Z', '2026-11-30T22:35:41.559640Z'),
(8, 'ticket.png', 'ticket.png', CAST('{home}/inbox/ticket.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/ticket.png', CAST('sorted/ticket/ticket.png' AS BLOB), 1, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:40.641452Z', '2026-11-30T22:35:41.607667Z'),
(9, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e208c94eeb88f17f2997c2b18bcae0163fd4b94e7d987341f6382138e68bfbb7', 14471, 'filed', 'ticket', 'ticket', 0.953868120831609, 0.3072842451627255, 'cylinder', 0.9475561121979672, 'ticket/ticket-02.png', 1, 'sorted/ticket/late.png', CAST('sorted/ticket/late.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:35:45.290529Z', '2026-11-30T22:35:53.230437Z');
INSERT INTO "matches" VALUES
(1, 1, 'ticket', 'ticket/ticket-05.png', 0.3627422765555244),
(1, 2, 'extra', 'extra/cylinder.png', 0.9592616699280413),
(1, 3, 'cylinder', 'cylinder/cylinder-06.png', 0.9640707329746355),
(3, 1, 'extra', 'extra/cylinder.png', 0.0),
(3, 2, 'cylinder', 'cylinder/cylinder-03.png', 0.0777799756905243),
(3, 3, 'ticket', 'ticket/ticket-12.png', 0.9711408934796572),
(4, 1, 'extra', 'extra/cylinder.png', 0.004487998043648161),
(4, 2, 'cylinder', 'cylinder/cylinder-03.png', 0.07813147419757062),
(4, 3, 'ticket', 'ticket/ticket-12.png', 0.9680662016413696),
(5, 1, 'ticket', 'ticket/ticket-02.png', 0.6336950563601284),
(5, 2, 'extra', 'extra/cylinder.png', 0.964935488870238),
(5, 3, 'cylinder', 'cylinder/cylinder-07.png', 0.9675047526588182),
(6, 1, 'ticket', 'ticket/ticket-06.png', 0.32079594684592677),
(6, 2, 'cylinder', 'cylinder/cylinder-07.png', 0.9942019252178674),
(6, 3, 'extra', 'extra/cylinder.png', 1.00781857836503),
(8, 1, 'ticket', 'ticket/ticket-05.png', 0.3627422765555244),
(8, 2, 'extra', 'extra/cylinder.png', 0.9592616699280413),
(8, 3, 'cylinder', 'cylinder/cylinder-06.png', 0.9640707329746355),
(9, 1, 'ticket', 'ticket/ticket-02.png', 0.3072842451627255),
(9, 2, 'cylinder', 'cylinder/cylinder-11.png', 0.9475561121979672),
(9, 3, 'extra', 'extra/cylinder.png', 0.9581602589596624);
INSERT INTO "readings" VALUES
(1, 'VEL GROCER
NO29 WAVAIND RUE
QuoMar PAR
SoeasaTistn
rev eoa- 42ers
penton -a7a28
Date 06/03/2018 21:14
Qty Description “Amount:
saaarao
Pea
beeen 110
roasss
Greentisn 128
Be aa? sae
conse
CLASSIGNALL aL
ox oes 320
cavrses
MOT APPLE KG
ete nar
atonal Teas
vation cee
BALANCE DUE 55.37
cand sao
CHANGE aes
SeEvOU Soon
coustananisn8', NULL, NULL, NULL, NULL, NULL),
(6, 'GRUTE PUQUAR ENTERPRISE LTD
NO 37 FROTET ROAD
45493 GADIND
TEL 469-1856701
UST-ID DE 444934392

Kasse: 00800

Bon-Nr : 12

Datum: 14.09.2028 09:52:47
1 Large Battery 1kg 2,69
1 Fresh Onion 6Pc 3,01
1 Special Tape 250MI 1,24
1 Paint 875
1 Premium Noodle 1/53
Netto 17,22
MwSt 20% 344
SUMME 20,66
EC-Karte 30,00
Zurueck 9,34
Code % Amount Must
A 6 95.40 522
B 6 164.64 9.88

Vielen Dank fuer Ihren Einkauf
Auf Wiedersehen
Umtausch nur mit Bon', NULL, NULL, NULL, NULL, NULL),
(8, 'VEL GROCER
NO29 WAVAIND RUE
QuoMar PAR
SoeasaTistn
rev eoa- 42ers
penton -a7a28
Date 06/03/2018 21:14
Qty Description “Amount:
saaarao
Pea
beeen 110
roasss
Greentisn 128
Be aa? sae
conse
CLASSIGNALL aL
ox oes 320
cavrses
MOT APPLE KG
ete nar
atonal Teas
vation cee
BALANCE DUE 55.37
cand sao
CHANGE aes
SeEvOU Soon
coustananisn8', NULL, NULL, NULL, NULL, NULL),
(9, 'PULO CAFE SDN BHD
NO 170 GAITRIELO RUE
GRETIEST PARK
54919 VIFRATRA

Tax ID 12379644566
Server 58517011
Register : 806
Table 2 67
Check 2 914372
Station : 91909945
Date 2 2022-07-03 17:32:47
aty Description Amount
PAINT 6PC 11.07

3 x 3.69

ORGANIC POTATO 2.21
Subtotal 13.28
Tax 0.80
Total 14.08
Cash 20.00
Change 5.92

Have a nice day

Please come again

Returns within 30 days', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "heartbeat" VALUES
(1, 22018, '2026-11-30T22:35:45.069160Z', '2026-11-30T22:35:45.089998Z', 1, '0.1.0');
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES
('scans', 9);
CREATE INDEX ix_scans_received_at ON scans (received_at);
CREATE INDEX ix_scans_sha256 ON scans (sha256);
CREATE INDEX ix_scans_class_name ON scans (class_name);
CREATE INDEX ix_scans_state ON scans (state);
CREATE INDEX ix_scans_open_source ON scans (source) WHERE state IN ('queued', 'working');
CREATE VIRTUAL TABLE text_search USING fts5(text, content='readings', content_rowid='scan_id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER readings_added AFTER INSERT ON readings BEGIN INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE TRIGGER readings_removed AFTER DELETE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); END;
CREATE TRIGGER readings_changed AFTER UPDATE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE VIEW results AS SELECT scans.id AS "scan_id", scans.original_name AS "original_name", scans.inbox_path AS "inbox_path", scans.sha256 AS "sha256", scans.state AS "state", scans.class_name AS "class", scans.nearest_class AS "nearest_class", scans.score AS "score", scans.distance AS "distance", scans.runner_up AS "runner_up", scans.nearest_support AS "nearest_support", scans.pages AS "pages", readings.text AS "text", readings.vendor AS "vendor", readings.ticket_date AS "ticket_date", readings.total AS "total", readings.currency AS "currency", readings.tax AS "tax", scans.destination AS "destination", scans.duplicate_of AS "duplicate_of", scans.error AS "error", scans.attempts AS "attempts", scans.branch_id AS "branch_id", scans.index_id AS "index_id", scans.received_at AS "received_at", scans.finished_at AS "finished_at" FROM scans LEFT JOIN readings ON readings.scan_id = scans.id;
INSERT INTO text_search(text_search) VALUES ('rebuild');
