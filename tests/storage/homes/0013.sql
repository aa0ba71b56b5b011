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
	finished_at TEXT, gone_at TEXT, file_inode INTEGER, file_size INTEGER, file_mtime_ns INTEGER, file_sha256 TEXT, gone_from TEXT, closed_seq INTEGER, 
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
	created_at TEXT NOT NULL, seq INTEGER, 
	CONSTRAINT pk_journal PRIMARY KEY (scan_id), 
	CONSTRAINT fk_journal_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE heartbeat (
	id INTEGER NOT NULL CONSTRAINT ck_heartbeat_one_row CHECK (id = 1), 
	pid INTEGER NOT NULL, 
	started_at TEXT NOT NULL, 
	swept_at TEXT, 
	waiting INTEGER NOT NULL, 
	version TEXT NOT NULL, events TEXT, oldest_at TEXT, trouble TEXT, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (id)
);
CREATE TABLE words (
	scan_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	page INTEGER NOT NULL, 
	block INTEGER NOT NULL, 
	paragraph INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	confidence REAL NOT NULL, 
	"left" INTEGER NOT NULL, 
	top INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	CONSTRAINT pk_words PRIMARY KEY (scan_id, number), 
	CONSTRAINT fk_words_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
)
 WITHOUT ROWID

;
CREATE TABLE fields (
	scan_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	confidence REAL NOT NULL, 
	page INTEGER NOT NULL, 
	"left" INTEGER NOT NULL, 
	top INTEGER NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, date_order TEXT, read_value TEXT, read_confidence REAL, 
	CONSTRAINT pk_fields PRIMARY KEY (scan_id, name), 
	CONSTRAINT fk_fields_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
)
 WITHOUT ROWID

;
CREATE TABLE outputs (
	scan_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	place TEXT, 
	place_path BLOB, 
	sha256 TEXT, 
	size INTEGER, 
	error TEXT, 
	made_at TEXT, 
	CONSTRAINT pk_outputs PRIMARY KEY (scan_id, kind), 
	CONSTRAINT fk_outputs_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
)
 WITHOUT ROWID

;
CREATE TABLE feedback (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	scan_id INTEGER NOT NULL, 
	said_at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	predicted TEXT, 
	class_before TEXT, 
	class_name TEXT NOT NULL, 
	undone_at TEXT, 
	CONSTRAINT fk_feedback_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE edits (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	scan_id INTEGER NOT NULL, 
	edited_at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	name TEXT NOT NULL, 
	value_before TEXT, 
	value TEXT, 
	as_read INTEGER NOT NULL, 
	CONSTRAINT fk_edits_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE reclassified (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	run INTEGER NOT NULL, 
	scan_id INTEGER NOT NULL, 
	done_at TEXT NOT NULL, 
	class_name TEXT NOT NULL, 
	class_before TEXT, 
	place_before BLOB NOT NULL, 
	verdict_before TEXT NOT NULL, 
	matches_before TEXT NOT NULL, 
	undone_at TEXT, detections_before TEXT, 
	CONSTRAINT fk_reclassified_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE lessons (
	scan_id INTEGER NOT NULL, 
	class_name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	flips TEXT, 
	flips_scan_id INTEGER, 
	flips_to TEXT, 
	example TEXT, 
	example_path BLOB, 
	decided_at TEXT NOT NULL, seq INTEGER, 
	CONSTRAINT pk_lessons PRIMARY KEY (scan_id), 
	CONSTRAINT fk_lessons_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id), 
	CONSTRAINT fk_lessons_flips_scan_id FOREIGN KEY(flips_scan_id) REFERENCES scans (id)
);
CREATE TABLE detections (
	scan_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	detector_id TEXT NOT NULL, 
	probability REAL NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	CONSTRAINT pk_detections PRIMARY KEY (scan_id, name), 
	CONSTRAINT fk_detections_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
);
CREATE TABLE sessions (
	id_sha256 TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (id_sha256)
);
INSERT INTO "alembic_version" VALUES
('0013');
INSERT INTO "scans" VALUES
(1, 'copy.png', 'copy.png', CAST('{home}/inbox/copy.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/copy.png', CAST('sorted/ticket/copy.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:01.725827Z', '2026-12-01T03:44:14.777978Z', NULL, 2181581, 17950, 1796096635261184653, NULL, NULL, 1),
(2, 'no picture.png', 'no picture.png', CAST('{home}/inbox/no picture.png' AS BLOB), '5464533c9647b67eb320c40ccc5959537c09102ae75388f6a7675b433e745c9d', 12, 'failed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/no picture.png', CAST('failed/no picture.png' AS BLOB), NULL, 'decode', 'is no image of a kind this version reads', 'It reads PNG, JPEG, TIFF, BMP, WebP, GIF, PDF, HEIF, AVIF; convert it.', 0, NULL, NULL, '2026-12-01T03:44:01.725827Z', '2026-12-01T03:44:14.777978Z', NULL, 2181582, 12, 1796096635261422666, NULL, NULL, 2),
(3, 'cylinder.png', 'cylinder.png', CAST('{home}/inbox/cylinder.png' AS BLOB), 'c43445d6301cea9ba09e8f2b2ee2f341b0a0957ca1e9c8b27803fe6922bf678e', 687, 'filed', 'cylinder', 'extra', 0.7858143030743735, 0.0, 'cylinder', 0.0777799756905243, 'extra/cylinder.png', 1, 'sorted/cylinder/cylinder.png', CAST('sorted/cylinder/cylinder.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:01.725827Z', '2026-12-01T03:44:58.309371Z', NULL, 2181578, 687, 1796096635260610321, NULL, NULL, 11),
(4, 'gone.png', 'gone.png', CAST('{home}/inbox/gone.png' AS BLOB), '224ee353913f937761eadd7cb9ea64ed7cc212f7c7274b902bf024d874fdf294', 684, 'gone', 'extra', 'extra', 0.7738908974053434, 0.004487998043648161, 'cylinder', 0.07813147419757062, 'extra/cylinder.png', 1, 'sorted/extra/gone.png', CAST('sorted/extra/gone.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:01.725827Z', '2026-12-01T03:45:00.249797Z', '2026-12-01T03:46:47.007613Z', 2181580, 684, 1796096635260996854, NULL, 'filed', 13),
(5, 'strange.png', 'strange.png', CAST('{home}/inbox/strange.png' AS BLOB), '197a09568a6c054767efb4d9ee801afb742cffe5f86a19cf4d7ed7681226818b', 10988, 'filed', 'ticket', 'ticket', 0.1848768913838193, 0.6336950563601284, 'extra', 0.964935488870238, 'ticket/ticket-02.png', 1, 'sorted/ticket/strange.png', CAST('sorted/ticket/strange.png' AS BLOB), NULL, 'ocr', 'hardly any text was found', 'Scan it again if there is more; else ''results'' keeps it as it is.', 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:01.761365Z', '2026-12-01T03:44:57.217267Z', NULL, 2181579, 10988, 1796096635260799842, NULL, NULL, 10),
(6, 'café ticket.png', 'café ticket.png', CAST('{home}/inbox/café ticket.png' AS BLOB), 'dd4faadc0158bc431e7e6bea19ecaf08aa285939156bf92dc6d1bddecabc8a14', 19482, 'filed', 'ticket', 'ticket', 0.9465515016282396, 0.32079594684592677, 'cylinder', 0.9942019252178674, 'ticket/ticket-06.png', 1, 'sorted/ticket/café ticket.png', CAST('sorted/ticket/café ticket.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:01.761365Z', '2026-12-01T03:44:16.379133Z', NULL, 2181577, 19482, 1796096635260398977, NULL, NULL, 6),
(7, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e9bc3dc1a3685d717c73b435c963d3568dc007d8ae5383a2518b9a007f7f6787', 7235, 'superseded', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/late.png', CAST('failed/late.png' AS BLOB), NULL, 'decode', 'ends early: a PNG cut off', 'Copy or scan it again.', 0, NULL, NULL, '2026-12-01T03:44:01.761365Z', '2026-12-01T03:44:16.379133Z', NULL, 2181583, 7235, 1796096635261627109, NULL, NULL, 7),
(8, 'ticket.png', 'ticket.png', CAST('{home}/inbox/ticket.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/ticket.png', CAST('sorted/ticket/ticket.png' AS BLOB), 1, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:14.794048Z', '2026-12-01T03:44:16.411861Z', NULL, 2181576, 17950, 1796096635260116949, NULL, NULL, 8),
(9, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e208c94eeb88f17f2997c2b18bcae0163fd4b94e7d987341f6382138e68bfbb7', 14471, 'filed', 'ticket', 'ticket', 0.953868120831609, 0.3072842451627255, 'cylinder', 0.9475561121979672, 'ticket/ticket-02.png', 1, 'sorted/ticket/late.png', CAST('sorted/ticket/late.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-12-01T03:44:20.029983Z', '2026-12-01T03:44:39.759949Z', NULL, 2179117, 14471, 1796096657164566028, NULL, NULL, 9);
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
NO 29 WAVAING RUE
QUOMAT PARK
65425 STISTIN
TEL 602-4269591
Operator : 07326
Date : 06/03/2018 21:14
Qty Description Amount
82247300
PIZZA XL
1X 118 1.18
79215543
GREEN FISH 12S
2X 17.49 34.98
52713441
CLASSIC NAIL 1L
5X 0.64 3.20
63397385
HOT APPLE 1KG
1X 7.17 7.17
Sub-total 46.53
VAT 19% 8.84
BALANCE DUE 55.37
CARD 60.00
CHANGE 4.63
SEE YOU SOON
8035329881528', 'VEL GROCER', '2018-03-06', '55.37', NULL, '8.84'),
(5, '*', NULL, NULL, NULL, NULL, NULL),
(6, 'GRUTE PUQUAR ENTERPRISE LTD
NO 37 FROTET ROAD
45493 GADIND
TEL 469-1856701
UST-ID DE 444934392
Kasse : 00800
Bon-Nr :12
Datum: 14.09.2028 09:52:47
1 Large Battery 1Kg 2,69
1 Fresh Onion 6Pc 3,01
1 Special Tape 250MI 1,24
1 Paint 8,75
1 Premium Noodle 1,53
Netto 17,22
MwsSt 20% 3,44
SUMME 20,66
EC-Karte 30,00
Zurueck 9,34
Code % Amount Mwst
A 6 95.40 5.72
B 6 = 164.64 9.88
Vielen Dank fuer Ihren Einkauf
Auf Wiedersehen
Umtausch nur mit Bon', 'GRUTE PUQUAR ENTERPRISE LTD', NULL, '20.66', 'EUR', NULL),
(8, 'VEL GROCER
NO 29 WAVAING RUE
QUOMAT PARK
65425 STISTIN
TEL 602-4269591
Operator : 07326
Date : 06/03/2018 21:14
Qty Description Amount
82247300
PIZZA XL
1X 118 1.18
79215543
GREEN FISH 12S
2X 17.49 34.98
52713441
CLASSIC NAIL 1L
5X 0.64 3.20
63397385
HOT APPLE 1KG
1X 7.17 7.17
Sub-total 46.53
VAT 19% 8.84
BALANCE DUE 55.37
CARD 60.00
CHANGE 4.63
SEE YOU SOON
8035329881528', 'Corner shop', '2018-03-06', '55.37', NULL, '8.84'),
(9, 'PULO CAFE SDN BHD
NO 170 GAITRIELO RUE
GRETIEST PARK
54919 VIFRAIRA
Tax ID 12379644566
Server 58517011
Register : 806
Table : 67
Check : 914372
Station : 91909945
Date : 2022-07-03 17:32:47
Qty Description Amount
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
Returns within 30 days', 'PULO CAFE SDN BHD', '2022-07-03', '14.08', 'MYR', '0.80');
INSERT INTO "heartbeat" VALUES
(1, 9468, '2026-12-01T03:44:46.929384Z', '2026-12-01T03:46:47.022632Z', 0, '0.1.0', 'native', NULL, '');
INSERT INTO "words" VALUES
(1, 1, 1, 1, 1, 1, 'VEL', 1.0, 155, 52, 35, 15),
(1, 2, 1, 1, 1, 1, 'GROCER', 1.0, 196, 52, 75, 16),
(1, 3, 1, 1, 1, 2, 'NO', 1.0, 156, 74, 14, 9),
(1, 4, 1, 1, 1, 2, '29', 1.0, 174, 74, 14, 9),
(1, 5, 1, 1, 1, 2, 'WAVAING', 1.0, 192, 74, 52, 9),
(1, 6, 1, 1, 1, 2, 'RUE', 1.0, 248, 74, 23, 9),
(1, 7, 1, 1, 1, 3, 'QUOMAT', 1.0, 172, 90, 49, 10),
(1, 8, 1, 1, 1, 3, 'PARK', 1.0, 224, 90, 31, 9),
(1, 9, 1, 1, 1, 4, '65425', 1.0, 174, 106, 34, 9),
(1, 10, 1, 1, 1, 4, 'STISTIN', 1.0, 212, 106, 41, 9),
(1, 11, 1, 1, 1, 5, 'TEL', 1.0, 163, 122, 21, 9),
(1, 12, 1, 1, 1, 5, '602-4269591', 0.7866753400000001, 188, 122, 75, 9),
(1, 13, 1, 1, 1, 6, 'Operator', 1.0, 64, 186, 50, 12),
(1, 14, 1, 1, 1, 6, ':', 1.0, 120, 188, 2, 7),
(1, 15, 1, 1, 1, 6, '07326', 1.0, 126, 186, 34, 9),
(1, 16, 1, 1, 1, 7, 'Date', 1.0, 64, 202, 26, 9),
(1, 17, 1, 1, 1, 7, ':', 0.8547650099999999, 110, 204, 2, 7),
(1, 18, 1, 1, 1, 7, '06/03/2018', 1.0, 116, 200, 67, 12),
(1, 19, 1, 1, 1, 7, '21:14', 1.0, 186, 202, 32, 9),
(1, 20, 1, 1, 1, 8, 'Qty', 1.0, 64, 234, 20, 12),
(1, 21, 1, 1, 1, 8, 'Description', 1.0, 88, 234, 63, 12),
(1, 22, 1, 1, 1, 8, 'Amount', 1.0, 317, 234, 45, 9),
(1, 23, 1, 1, 1, 9, '82247300', 1.0, 64, 266, 56, 9),
(1, 24, 1, 1, 1, 10, 'PIZZA', 1.0, 64, 282, 33, 9),
(1, 25, 1, 1, 1, 10, 'XL', 1.0, 100, 282, 14, 9),
(1, 26, 1, 1, 1, 11, '1X', 1.0, 70, 298, 18, 9),
(1, 27, 1, 1, 1, 11, '118', 1.0, 95, 298, 23, 9),
(1, 28, 1, 1, 1, 11, '1.18', 1.0, 338, 298, 24, 9),
(1, 29, 1, 1, 1, 12, '79215543', 1.0, 64, 314, 56, 9),
(1, 30, 1, 1, 1, 13, 'GREEN', 1.0, 64, 330, 38, 9),
(1, 31, 1, 1, 1, 13, 'FISH', 1.0, 106, 330, 24, 9),
(1, 32, 1, 1, 1, 13, '12S', 1.0, 134, 330, 21, 9),
(1, 33, 1, 1, 1, 14, '2X', 1.0, 70, 346, 18, 9),
(1, 34, 1, 1, 1, 14, '17.49', 1.0, 94, 346, 31, 9),
(1, 35, 1, 1, 1, 14, '34.98', 1.0, 332, 346, 30, 9),
(1, 36, 1, 1, 1, 15, '52713441', 1.0, 64, 362, 56, 9),
(1, 37, 1, 1, 1, 16, 'CLASSIC', 1.0, 64, 378, 48, 9),
(1, 38, 1, 1, 1, 16, 'NAIL', 1.0, 116, 378, 24, 9),
(1, 39, 1, 1, 1, 16, '1L', 1.0, 144, 378, 14, 9),
(1, 40, 1, 1, 1, 17, '5X', 1.0, 70, 394, 18, 9),
(1, 41, 1, 1, 1, 17, '0.64', 1.0, 94, 394, 24, 9),
(1, 42, 1, 1, 1, 17, '3.20', 1.0, 338, 394, 24, 9),
(1, 43, 1, 1, 1, 18, '63397385', 1.0, 64, 410, 56, 9),
(1, 44, 1, 1, 1, 19, 'HOT', 1.0, 64, 426, 24, 9),
(1, 45, 1, 1, 1, 19, 'APPLE', 1.0, 91, 426, 38, 9),
(1, 46, 1, 1, 1, 19, '1KG', 1.0, 133, 426, 21, 9),
(1, 47, 1, 1, 1, 20, '1X', 1.0, 70, 442, 18, 9),
(1, 48, 1, 1, 1, 20, '7.17', 1.0, 95, 442, 23, 9),
(1, 49, 1, 1, 1, 20, '7.17', 1.0, 338, 442, 24, 9),
(1, 50, 1, 1, 1, 21, 'Sub-total', 1.0, 62, 470, 55, 18),
(1, 51, 1, 1, 1, 21, '46.53', 1.0, 331, 474, 31, 9),
(1, 52, 1, 1, 1, 22, 'VAT', 1.0, 64, 490, 23, 9),
(1, 53, 1, 1, 1, 22, '19%', 1.0, 91, 490, 23, 9),
(1, 54, 1, 1, 1, 22, '8.84', 1.0, 338, 490, 24, 9),
(1, 55, 1, 1, 1, 23, 'BALANCE', 1.0, 65, 516, 87, 16),
(1, 56, 1, 1, 1, 23, 'DUE', 1.0, 159, 516, 37, 16),
(1, 57, 1, 1, 1, 23, '55.37', 1.0, 310, 516, 51, 15),
(1, 58, 1, 1, 1, 24, 'CARD', 1.0, 64, 538, 32, 9),
(1, 59, 1, 1, 1, 24, '60.00', 1.0, 332, 538, 30, 9),
(1, 60, 1, 1, 1, 25, 'CHANGE', 1.0, 64, 554, 48, 9),
(1, 61, 1, 1, 1, 25, '4.63', 1.0, 338, 554, 24, 9),
(1, 62, 1, 1, 1, 26, 'SEE', 1.0, 172, 586, 21, 9),
(1, 63, 1, 1, 1, 26, 'YOU', 1.0, 196, 586, 24, 9),
(1, 64, 1, 1, 1, 26, 'SOON', 1.0, 224, 586, 31, 9),
(1, 65, 1, 1, 1, 27, '8035329881528', 1.0, 168, 602, 91, 9),
(5, 1, 1, 1, 1, 2, '*', 0.59339924, 79, 79, 4, 3),
(6, 1, 1, 1, 1, 1, 'GRUTE', 1.0, 41, 88, 52, 12),
(6, 2, 1, 1, 1, 1, 'PUQUAR', 1.0, 99, 88, 63, 13),
(6, 3, 1, 1, 1, 1, 'ENTERPRISE', 1.0, 168, 88, 97, 12),
(6, 4, 1, 1, 1, 1, 'LTD', 1.0, 270, 89, 29, 11),
(6, 5, 1, 1, 1, 2, 'NO', 1.0, 101, 106, 21, 13),
(6, 6, 1, 1, 1, 2, '37', 1.0, 126, 106, 16, 13),
(6, 7, 1, 1, 1, 2, 'FROTET', 1.0, 147, 106, 50, 13),
(6, 8, 1, 1, 1, 2, 'ROAD', 1.0, 202, 106, 38, 12),
(6, 9, 1, 1, 1, 3, '45493', 1.0, 120, 124, 40, 12),
(6, 10, 1, 1, 1, 3, 'GADIND', 1.0, 165, 124, 55, 12),
(6, 11, 1, 1, 1, 4, 'TEL', 1.0, 113, 142, 23, 12),
(6, 12, 1, 1, 1, 4, '469-1856701', 1.0, 141, 142, 82, 13),
(6, 13, 1, 1, 1, 5, 'UST-ID', 1.0, 99, 160, 46, 12),
(6, 14, 1, 1, 1, 5, 'DE', 1.0, 150, 160, 17, 12),
(6, 15, 1, 1, 1, 5, '444934392', 1.0, 171, 160, 72, 12),
(6, 16, 1, 1, 1, 6, 'Kasse', 0.9645146900000001, 22, 196, 38, 12),
(6, 17, 1, 1, 1, 6, ':', 0.9389682800000001, 81, 199, 2, 9),
(6, 18, 1, 1, 1, 6, '00800', 1.0, 89, 196, 39, 12),
(6, 19, 1, 1, 1, 7, 'Bon-Nr', 0.93314056, 22, 214, 48, 12),
(6, 20, 1, 1, 1, 7, ':12', 0.93314056, 87, 214, 23, 12),
(6, 21, 1, 1, 1, 8, 'Datum:', 1.0, 22, 232, 48, 12),
(6, 22, 1, 1, 1, 8, '14.09.2028', 1.0, 76, 232, 71, 12),
(6, 23, 1, 1, 1, 8, '09:52:47', 1.0, 263, 232, 56, 12),
(6, 24, 1, 1, 1, 9, '1', 1.0, 22, 268, 5, 12),
(6, 25, 1, 1, 1, 9, 'Large', 1.0, 34, 268, 36, 16),
(6, 26, 1, 1, 1, 9, 'Battery', 1.0, 75, 268, 47, 16),
(6, 27, 1, 1, 1, 9, '1Kg', 1.0, 128, 268, 23, 16),
(6, 28, 1, 1, 1, 9, '2,69', 1.0, 291, 268, 28, 14),
(6, 29, 1, 1, 1, 10, '1', 1.0, 22, 286, 5, 12),
(6, 30, 1, 1, 1, 10, 'Fresh', 1.0, 34, 286, 35, 12),
(6, 31, 1, 1, 1, 10, 'Onion', 1.0, 74, 286, 41, 12),
(6, 32, 1, 1, 1, 10, '6Pc', 1.0, 120, 286, 24, 12),
(6, 33, 1, 1, 1, 10, '3,01', 1.0, 291, 286, 26, 14),
(6, 34, 1, 1, 1, 11, '1', 1.0, 22, 304, 5, 12),
(6, 35, 1, 1, 1, 11, 'Special', 1.0, 34, 304, 46, 15),
(6, 36, 1, 1, 1, 11, 'Tape', 1.0, 85, 304, 33, 16),
(6, 37, 1, 1, 1, 11, '250MI', 0.67732506, 122, 304, 40, 12),
(6, 38, 1, 1, 1, 11, '1,24', 1.0, 292, 304, 28, 14),
(6, 39, 1, 1, 1, 12, '1', 1.0, 22, 322, 5, 12),
(6, 40, 1, 1, 1, 12, 'Paint', 1.0, 34, 322, 34, 12),
(6, 41, 1, 1, 1, 12, '8,75', 1.0, 291, 322, 28, 14),
(6, 42, 1, 1, 1, 13, '1', 1.0, 22, 340, 5, 12),
(6, 43, 1, 1, 1, 13, 'Premium', 1.0, 34, 340, 62, 13),
(6, 44, 1, 1, 1, 13, 'Noodle', 1.0, 102, 340, 49, 13),
(6, 45, 1, 1, 1, 13, '1,53', 1.0, 292, 340, 27, 14),
(6, 46, 1, 1, 1, 14, 'Netto', 1.0, 22, 373, 36, 21),
(6, 47, 1, 1, 1, 14, '17,22', 1.0, 284, 376, 35, 14),
(6, 48, 1, 1, 1, 15, 'MwsSt', 0.58274017, 22, 394, 36, 12),
(6, 49, 1, 1, 1, 15, '20%', 1.0, 63, 394, 27, 12),
(6, 50, 1, 1, 1, 15, '3,44', 1.0, 291, 394, 29, 14),
(6, 51, 1, 1, 1, 16, 'SUMME', 1.0, 22, 423, 91, 19),
(6, 52, 1, 1, 1, 16, '20,66', 1.0, 245, 423, 73, 21),
(6, 53, 1, 1, 1, 17, 'EC-Karte', 1.0, 22, 445, 57, 21),
(6, 54, 1, 1, 1, 17, '30,00', 1.0, 284, 448, 35, 14),
(6, 55, 1, 1, 1, 18, 'Zurueck', 1.0, 21, 466, 55, 12),
(6, 56, 1, 1, 1, 18, '9,34', 1.0, 292, 466, 28, 14),
(6, 57, 1, 1, 1, 19, 'Code', 1.0, 22, 501, 33, 13),
(6, 58, 1, 1, 1, 19, '%', 1.0, 68, 502, 12, 12),
(6, 59, 1, 1, 1, 19, 'Amount', 1.0, 101, 502, 56, 12),
(6, 60, 1, 1, 1, 19, 'Mwst', 1.0, 283, 502, 36, 12),
(6, 61, 1, 1, 1, 20, 'A', 1.0, 21, 520, 10, 12),
(6, 62, 1, 1, 1, 20, '6', 0.6031994199999999, 55, 520, 7, 12),
(6, 63, 1, 1, 1, 20, '95.40', 1.0, 83, 520, 35, 12),
(6, 64, 1, 1, 1, 20, '5.72', 1.0, 292, 520, 27, 12),
(6, 65, 1, 1, 1, 21, 'B', 1.0, 22, 538, 8, 12),
(6, 66, 1, 1, 1, 21, '6', 0.73505474, 54, 538, 8, 12),
(6, 67, 1, 1, 1, 21, '=', 0.53505474, 70, 536, 1, 20),
(6, 68, 1, 1, 1, 21, '164.64', 1.0, 83, 538, 43, 12),
(6, 69, 1, 1, 1, 21, '9.88', 1.0, 292, 538, 27, 12),
(6, 70, 1, 1, 1, 22, 'Vielen', 1.0, 67, 574, 41, 12),
(6, 71, 1, 1, 1, 22, 'Dank', 1.0, 114, 574, 33, 13),
(6, 72, 1, 1, 1, 22, 'fuer', 1.0, 148, 571, 29, 21),
(6, 73, 1, 1, 1, 22, 'Ihren', 1.0, 184, 574, 35, 12),
(6, 74, 1, 1, 1, 22, 'Einkauf', 1.0, 225, 574, 50, 12),
(6, 75, 1, 1, 1, 23, 'Auf', 1.0, 112, 591, 24, 13),
(6, 76, 1, 1, 1, 23, 'Wiedersehen', 1.0, 139, 591, 89, 13),
(6, 77, 1, 1, 1, 24, 'Umtausch', 1.0, 93, 610, 68, 12),
(6, 78, 1, 1, 1, 24, 'nur', 1.0, 167, 613, 23, 9),
(6, 79, 1, 1, 1, 24, 'mit', 1.0, 195, 610, 22, 12),
(6, 80, 1, 1, 1, 24, 'Bon', 1.0, 222, 610, 25, 12),
(8, 1, 1, 1, 1, 1, 'VEL', 1.0, 155, 52, 35, 15),
(8, 2, 1, 1, 1, 1, 'GROCER', 1.0, 196, 52, 75, 16),
(8, 3, 1, 1, 1, 2, 'NO', 1.0, 156, 74, 14, 9),
(8, 4, 1, 1, 1, 2, '29', 1.0, 174, 74, 14, 9),
(8, 5, 1, 1, 1, 2, 'WAVAING', 1.0, 192, 74, 52, 9),
(8, 6, 1, 1, 1, 2, 'RUE', 1.0, 248, 74, 23, 9),
(8, 7, 1, 1, 1, 3, 'QUOMAT', 1.0, 172, 90, 49, 10),
(8, 8, 1, 1, 1, 3, 'PARK', 1.0, 224, 90, 31, 9),
(8, 9, 1, 1, 1, 4, '65425', 1.0, 174, 106, 34, 9),
(8, 10, 1, 1, 1, 4, 'STISTIN', 1.0, 212, 106, 41, 9),
(8, 11, 1, 1, 1, 5, 'TEL', 1.0, 163, 122, 21, 9),
(8, 12, 1, 1, 1, 5, '602-4269591', 0.7866753400000001, 188, 122, 75, 9),
(8, 13, 1, 1, 1, 6, 'Operator', 1.0, 64, 186, 50, 12),
(8, 14, 1, 1, 1, 6, ':', 1.0, 120, 188, 2, 7),
(8, 15, 1, 1, 1, 6, '07326', 1.0, 126, 186, 34, 9),
(8, 16, 1, 1, 1, 7, 'Date', 1.0, 64, 202, 26, 9),
(8, 17, 1, 1, 1, 7, ':', 0.8547650099999999, 110, 204, 2, 7),
(8, 18, 1, 1, 1, 7, '06/03/2018', 1.0, 116, 200, 67, 12),
(8, 19, 1, 1, 1, 7, '21:14', 1.0, 186, 202, 32, 9),
(8, 20, 1, 1, 1, 8, 'Qty', 1.0, 64, 234, 20, 12),
(8, 21, 1, 1, 1, 8, 'Description', 1.0, 88, 234, 63, 12),
(8, 22, 1, 1, 1, 8, 'Amount', 1.0, 317, 234, 45, 9),
(8, 23, 1, 1, 1, 9, '82247300', 1.0, 64, 266, 56, 9),
(8, 24, 1, 1, 1, 10, 'PIZZA', 1.0, 64, 282, 33, 9),
(8, 25, 1, 1, 1, 10, 'XL', 1.0, 100, 282, 14, 9),
(8, 26, 1, 1, 1, 11, '1X', 1.0, 70, 298, 18, 9),
(8, 27, 1, 1, 1, 11, '118', 1.0, 95, 298, 23, 9),
(8, 28, 1, 1, 1, 11, '1.18', 1.0, 338, 298, 24, 9),
(8, 29, 1, 1, 1, 12, '79215543', 1.0, 64, 314, 56, 9),
(8, 30, 1, 1, 1, 13, 'GREEN', 1.0, 64, 330, 38, 9),
(8, 31, 1, 1, 1, 13, 'FISH', 1.0, 106, 330, 24, 9),
(8, 32, 1, 1, 1, 13, '12S', 1.0, 134, 330, 21, 9),
(8, 33, 1, 1, 1, 14, '2X', 1.0, 70, 346, 18, 9),
(8, 34, 1, 1, 1, 14, '17.49', 1.0, 94, 346, 31, 9),
(8, 35, 1, 1, 1, 14, '34.98', 1.0, 332, 346, 30, 9),
(8, 36, 1, 1, 1, 15, '52713441', 1.0, 64, 362, 56, 9),
(8, 37, 1, 1, 1, 16, 'CLASSIC', 1.0, 64, 378, 48, 9),
(8, 38, 1, 1, 1, 16, 'NAIL', 1.0, 116, 378, 24, 9),
(8, 39, 1, 1, 1, 16, '1L', 1.0, 144, 378, 14, 9),
(8, 40, 1, 1, 1, 17, '5X', 1.0, 70, 394, 18, 9),
(8, 41, 1, 1, 1, 17, '0.64', 1.0, 94, 394, 24, 9),
(8, 42, 1, 1, 1, 17, '3.20', 1.0, 338, 394, 24, 9),
(8, 43, 1, 1, 1, 18, '63397385', 1.0, 64, 410, 56, 9),
(8, 44, 1, 1, 1, 19, 'HOT', 1.0, 64, 426, 24, 9),
(8, 45, 1, 1, 1, 19, 'APPLE', 1.0, 91, 426, 38, 9),
(8, 46, 1, 1, 1, 19, '1KG', 1.0, 133, 426, 21, 9),
(8, 47, 1, 1, 1, 20, '1X', 1.0, 70, 442, 18, 9),
(8, 48, 1, 1, 1, 20, '7.17', 1.0, 95, 442, 23, 9),
(8, 49, 1, 1, 1, 20, '7.17', 1.0, 338, 442, 24, 9),
(8, 50, 1, 1, 1, 21, 'Sub-total', 1.0, 62, 470, 55, 18),
(8, 51, 1, 1, 1, 21, '46.53', 1.0, 331, 474, 31, 9),
(8, 52, 1, 1, 1, 22, 'VAT', 1.0, 64, 490, 23, 9),
(8, 53, 1, 1, 1, 22, '19%', 1.0, 91, 490, 23, 9),
(8, 54, 1, 1, 1, 22, '8.84', 1.0, 338, 490, 24, 9),
(8, 55, 1, 1, 1, 23, 'BALANCE', 1.0, 65, 516, 87, 16),
(8, 56, 1, 1, 1, 23, 'DUE', 1.0, 159, 516, 37, 16),
(8, 57, 1, 1, 1, 23, '55.37', 1.0, 310, 516, 51, 15),
(8, 58, 1, 1, 1, 24, 'CARD', 1.0, 64, 538, 32, 9),
(8, 59, 1, 1, 1, 24, '60.00', 1.0, 332, 538, 30, 9),
(8, 60, 1, 1, 1, 25, 'CHANGE', 1.0, 64, 554, 48, 9),
(8, 61, 1, 1, 1, 25, '4.63', 1.0, 338, 554, 24, 9),
(8, 62, 1, 1, 1, 26, 'SEE', 1.0, 172, 586, 21, 9),
(8, 63, 1, 1, 1, 26, 'YOU', 1.0, 196, 586, 24, 9),
(8, 64, 1, 1, 1, 26, 'SOON', 1.0, 224, 586, 31, 9),
(8, 65, 1, 1, 1, 27, '8035329881528', 1.0, 168, 602, 91, 9),
(9, 1, 1, 1, 1, 1, 'PULO', 1.0, 70, 32, 35, 10),
(9, 2, 1, 1, 1, 1, 'CAFE', 1.0, 115, 32, 34, 10),
(9, 3, 1, 1, 1, 1, 'SDN', 1.0, 160, 32, 26, 10),
(9, 4, 1, 1, 1, 1, 'BHD', 1.0, 196, 32, 26, 10),
(9, 5, 1, 1, 1, 2, 'NO', 1.0, 61, 48, 17, 10),
(9, 6, 1, 1, 1, 2, '170', 1.0, 89, 48, 25, 10),
(9, 7, 1, 1, 1, 2, 'GAITRIELO', 1.0, 125, 48, 79, 10),
(9, 8, 1, 1, 1, 2, 'RUE', 1.0, 215, 48, 24, 9),
(9, 9, 1, 1, 1, 3, 'GRETIEST', 1.0, 89, 64, 70, 10),
(9, 10, 1, 1, 1, 3, 'PARK', 1.0, 170, 64, 33, 9),
(9, 11, 1, 1, 1, 4, '54919', 1.0, 89, 81, 43, 9),
(9, 12, 1, 1, 1, 4, 'VIFRAIRA', 1.0, 143, 81, 70, 9),
(9, 13, 1, 1, 1, 5, 'Tax', 1.0, 70, 97, 25, 9),
(9, 14, 1, 1, 1, 5, 'ID', 1.0, 107, 97, 16, 9),
(9, 15, 1, 1, 1, 5, '12379644566', 1.0, 134, 97, 96, 9),
(9, 16, 1, 1, 1, 6, 'Server', 1.0, 8, 128, 50, 9),
(9, 17, 1, 1, 1, 6, '58517011', 1.0, 215, 128, 69, 10),
(9, 18, 1, 1, 1, 7, 'Register', 1.0, 8, 144, 68, 12),
(9, 19, 1, 1, 1, 7, ':', 1.0, 100, 147, 2, 6),
(9, 20, 1, 1, 1, 7, '806', 1.0, 115, 144, 25, 10),
(9, 21, 1, 1, 1, 8, 'Table', 1.0, 7, 160, 43, 10),
(9, 22, 1, 1, 1, 8, ':', 0.9541099500000001, 100, 163, 2, 6),
(9, 23, 1, 1, 1, 8, '67', 1.0, 115, 160, 16, 10),
(9, 24, 1, 1, 1, 9, 'Check', 1.0, 7, 177, 43, 9),
(9, 25, 1, 1, 1, 9, ':', 0.9654451, 100, 179, 2, 7),
(9, 26, 1, 1, 1, 9, '914372', 1.0, 116, 177, 51, 9),
(9, 27, 1, 1, 1, 10, 'Station', 1.0, 7, 192, 62, 10),
(9, 28, 1, 1, 1, 10, ':', 0.8417292000000001, 100, 195, 2, 7),
(9, 29, 1, 1, 1, 10, '91909945', 1.0, 116, 192, 69, 10),
(9, 30, 1, 1, 1, 11, 'Date', 1.0, 7, 209, 34, 9),
(9, 31, 1, 1, 1, 11, ':', 0.9861251799999999, 100, 211, 2, 6),
(9, 32, 1, 1, 1, 11, '2022-07-03', 1.0, 115, 208, 89, 10),
(9, 33, 1, 1, 1, 11, '17:32:47', 1.0, 215, 208, 69, 9),
(9, 34, 1, 1, 1, 12, 'Qty', 1.0, 7, 241, 25, 11),
(9, 35, 1, 1, 1, 12, 'Description', 1.0, 43, 240, 97, 12),
(9, 36, 1, 1, 1, 12, 'Amount', 1.0, 232, 241, 52, 9),
(9, 37, 1, 1, 1, 13, 'PAINT', 1.0, 8, 272, 42, 10),
(9, 38, 1, 1, 1, 13, '6PC', 1.0, 61, 272, 26, 10),
(9, 39, 1, 1, 1, 13, '11.07', 1.0, 242, 272, 42, 10),
(9, 40, 1, 1, 1, 14, '3', 0.98754494, 35, 288, 7, 9),
(9, 41, 1, 1, 1, 14, 'x', 0.98754494, 54, 291, 5, 6),
(9, 42, 1, 1, 1, 14, '3.69', 1.0, 71, 288, 34, 9),
(9, 43, 1, 1, 1, 15, 'ORGANIC', 1.0, 8, 304, 61, 10),
(9, 44, 1, 1, 1, 15, 'POTATO', 1.0, 80, 304, 52, 10),
(9, 45, 1, 1, 1, 15, '2.21', 1.0, 251, 304, 33, 9),
(9, 46, 1, 1, 1, 16, 'Subtotal', 1.0, 7, 337, 70, 9),
(9, 47, 1, 1, 1, 16, '13.28', 1.0, 242, 337, 43, 9),
(9, 48, 1, 1, 1, 17, 'Tax', 1.0, 7, 352, 25, 10),
(9, 49, 1, 1, 1, 17, '0.80', 1.0, 251, 352, 34, 10),
(9, 50, 1, 1, 1, 18, 'Total', 1.0, 9, 387, 84, 18),
(9, 51, 1, 1, 1, 18, '14.08', 1.0, 190, 387, 84, 18),
(9, 52, 1, 1, 1, 19, 'Cash', 1.0, 8, 417, 33, 9),
(9, 53, 1, 1, 1, 19, '20.00', 1.0, 242, 417, 43, 9),
(9, 54, 1, 1, 1, 20, 'Change', 1.0, 7, 432, 52, 12),
(9, 55, 1, 1, 1, 20, '5.92', 1.0, 251, 432, 33, 10),
(9, 56, 1, 1, 1, 21, 'Have', 1.0, 80, 481, 33, 9),
(9, 57, 1, 1, 1, 21, 'a', 1.0, 125, 482, 6, 8),
(9, 58, 1, 1, 1, 21, 'nice', 1.0, 143, 481, 33, 9),
(9, 59, 1, 1, 1, 21, 'day', 1.0, 188, 481, 24, 11),
(9, 60, 1, 1, 1, 22, 'Please', 1.0, 70, 497, 52, 9),
(9, 61, 1, 1, 1, 22, 'come', 1.0, 134, 498, 33, 7),
(9, 62, 1, 1, 1, 22, 'again', 1.0, 180, 497, 42, 11),
(9, 63, 1, 1, 1, 23, 'Returns', 1.0, 53, 512, 60, 10),
(9, 64, 1, 1, 1, 23, 'within', 1.0, 125, 512, 52, 10),
(9, 65, 1, 1, 1, 23, '30', 1.0, 188, 512, 16, 10),
(9, 66, 1, 1, 1, 23, 'days', 1.0, 215, 512, 33, 12);
INSERT INTO "fields" VALUES
(1, 'tax', '8.84', 0.7, 1, 338, 490, 24, 9, NULL, NULL, NULL),
(1, 'ticket_date', '2018-03-06', 0.8, 1, 116, 200, 67, 12, NULL, NULL, NULL),
(1, 'total', '55.37', 1.0, 1, 310, 516, 51, 15, NULL, NULL, NULL),
(1, 'vendor', 'VEL GROCER', 0.764, 1, 155, 52, 116, 16, NULL, NULL, NULL),
(6, 'currency', 'EUR', 0.5, 1, 99, 160, 144, 12, NULL, NULL, NULL),
(6, 'total', '20.66', 1.0, 1, 245, 423, 73, 21, NULL, NULL, NULL),
(6, 'vendor', 'GRUTE PUQUAR ENTERPRISE LTD', 0.833, 1, 41, 88, 258, 13, NULL, NULL, NULL),
(8, 'tax', '8.84', 0.7, 1, 338, 490, 24, 9, NULL, NULL, NULL),
(8, 'ticket_date', '2018-03-06', 0.8, 1, 116, 200, 67, 12, NULL, NULL, NULL),
(8, 'total', '55.37', 1.0, 1, 310, 516, 51, 15, NULL, NULL, NULL),
(8, 'vendor', 'Corner shop', 1.0, 1, 155, 52, 116, 16, NULL, 'VEL GROCER', 0.764),
(9, 'currency', 'MYR', 0.5, 1, 70, 32, 152, 10, NULL, NULL, NULL),
(9, 'tax', '0.80', 0.7, 1, 251, 352, 34, 10, NULL, NULL, NULL),
(9, 'ticket_date', '2022-07-03', 1.0, 1, 115, 208, 89, 10, NULL, NULL, NULL),
(9, 'total', '14.08', 1.0, 1, 190, 387, 84, 18, NULL, NULL, NULL),
(9, 'vendor', 'PULO CAFE SDN BHD', 1.0, 1, 70, 32, 152, 10, NULL, NULL, NULL);
INSERT INTO "feedback" VALUES
(1, 5, '2026-12-01T03:44:56.758122Z', 'api', 'unknown', 'unknown', 'ticket', NULL),
(2, 3, '2026-12-01T03:44:57.287815Z', 'api', 'extra', 'extra', 'cylinder', NULL),
(3, 4, '2026-12-01T03:44:58.370617Z', 'api', 'extra', 'extra', 'unknown', '2026-12-01T03:44:59.442165Z');
INSERT INTO "edits" VALUES
(1, 8, '2026-12-01T03:45:00.553019Z', 'api', 'vendor', 'VEL GROCER', 'Corner shop', 0);
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES
('scans', 9),
('feedback', 3),
('edits', 1);
CREATE INDEX ix_scans_state ON scans (state);
CREATE INDEX ix_scans_received_at ON scans (received_at);
CREATE INDEX ix_scans_class_name ON scans (class_name);
CREATE INDEX ix_scans_sha256 ON scans (sha256);
CREATE INDEX ix_scans_open_source ON scans (source) WHERE state IN ('queued', 'working');
CREATE INDEX ix_outputs_owed ON outputs (scan_id) WHERE made_at IS NULL AND error IS NULL;
CREATE INDEX ix_readings_vendor ON readings (vendor);
CREATE INDEX ix_feedback_scan_id ON feedback (scan_id);
CREATE INDEX ix_scans_destination_path ON scans (destination_path);
CREATE INDEX ix_outputs_place_path ON outputs (place_path);
CREATE INDEX ix_edits_scan_id ON edits (scan_id);
CREATE INDEX ix_reclassified_scan_id ON reclassified (scan_id);
CREATE INDEX ix_reclassified_run ON reclassified (run);
CREATE INDEX ix_lessons_state ON lessons (state);
CREATE INDEX ix_scans_faulty ON scans (state) WHERE error IS NOT NULL;
CREATE INDEX ix_detections_name ON detections (name);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);
CREATE INDEX ix_scans_size ON scans (size);
CREATE INDEX ix_scans_closed_seq ON scans (closed_seq);
CREATE VIRTUAL TABLE text_search USING fts5(text, content='readings', content_rowid='scan_id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER readings_added AFTER INSERT ON readings BEGIN INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE TRIGGER readings_removed AFTER DELETE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); END;
CREATE TRIGGER readings_changed AFTER UPDATE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE VIEW results AS SELECT scans.id AS "scan_id", scans.original_name AS "original_name", scans.inbox_path AS "inbox_path", scans.sha256 AS "sha256", scans.state AS "state", scans.class_name AS "class", scans.nearest_class AS "nearest_class", scans.score AS "score", scans.distance AS "distance", scans.runner_up AS "runner_up", scans.nearest_support AS "nearest_support", scans.pages AS "pages", readings.text AS "text", readings.vendor AS "vendor", readings.ticket_date AS "ticket_date", readings.total AS "total", readings.currency AS "currency", readings.tax AS "tax", scans.destination AS "destination", scans.duplicate_of AS "duplicate_of", scans.error AS "error", scans.attempts AS "attempts", scans.branch_id AS "branch_id", scans.index_id AS "index_id", scans.received_at AS "received_at", scans.finished_at AS "finished_at" FROM scans LEFT JOIN readings ON readings.scan_id = scans.id;
INSERT INTO text_search(text_search) VALUES ('rebuild');
