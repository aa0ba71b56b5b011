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
	height INTEGER NOT NULL, 
	CONSTRAINT pk_fields PRIMARY KEY (scan_id, name), 
	CONSTRAINT fk_fields_scan_id FOREIGN KEY(scan_id) REFERENCES scans (id)
)
 WITHOUT ROWID

;
INSERT INTO "alembic_version" VALUES
('0003');
INSERT INTO "scans" VALUES
(1, 'copy.png', 'copy.png', CAST('{home}/inbox/copy.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/copy.png', CAST('sorted/ticket/copy.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:13.320368Z', '2026-11-30T22:36:29.383508Z'),
(2, 'no picture.png', 'no picture.png', CAST('{home}/inbox/no picture.png' AS BLOB), '5464533c9647b67eb320c40ccc5959537c09102ae75388f6a7675b433e745c9d', 12, 'failed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/no picture.png', CAST('failed/no picture.png' AS BLOB), NULL, 'decode', 'is no image of a kind this version reads', 'It reads PNG, JPEG, TIFF, BMP, WebP, GIF, PDF, HEIF, AVIF; convert it.', 0, NULL, NULL, '2026-11-30T22:36:13.320368Z', '2026-11-30T22:36:29.383508Z'),
(3, 'cylinder.png', 'cylinder.png', CAST('{home}/inbox/cylinder.png' AS BLOB), 'c43445d6301cea9ba09e8f2b2ee2f341b0a0957ca1e9c8b27803fe6922bf678e', 687, 'filed', 'extra', 'extra', 0.7858143030743735, 0.0, 'cylinder', 0.0777799756905243, 'extra/cylinder.png', 1, 'sorted/extra/cylinder.png', CAST('sorted/extra/cylinder.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:13.320368Z', '2026-11-30T22:36:29.383508Z'),
(4, 'gone.png', 'gone.png', CAST('{home}/inbox/gone.png' AS BLOB), '224ee353913f937761eadd7cb9ea64ed7cc212f7c7274b902bf024d874fdf294', 684, 'filed', 'extra', 'extra', 0.7738908974053434, 0.004487998043648161, 'cylinder', 0.07813147419757062, 'extra/cylinder.png', 1, 'sorted/extra/gone.png', CAST('sorted/extra/gone.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:13.320368Z', '2026-11-30T22:36:29.383508Z'),
(5, 'strange.png', 'strange.png', CAST('{home}/inbox/strange.png' AS BLOB), '197a09568a6c054767efb4d9ee801afb742cffe5f86a19cf4d7ed7681226818b', 10988, 'review', 'unknown', 'ticket', 0.1848768913838193, 0.6336950563601284, 'extra', 0.964935488870238, 'ticket/ticket-02.png', 1, 'review/strange.png', CAST('review/strange.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:13.356678Z', '2026-11-30T22:36:31.044910Z'),
(6, 'café ticket.png', 'café ticket.png', CAST('{home}/inbox/café ticket.png' AS BLOB), 'dd4faadc0158bc431e7e6bea19ecaf08aa285939156bf92dc6d1bddecabc8a14', 19482, 'filed', 'ticket', 'ticket', 0.9465515016282396, 0.32079594684592677, 'cylinder', 0.9942019252178674, 'ticket/ticket-06.png', 1, 'sorted/ticket/café ticket.png', CAST('sorted/ticket/café ticket.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:13.356678Z', '2026-11-30T22:36:31.044910Z'),
(7, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e9bc3dc1a3685d717c73b435c963d3568dc007d8ae5383a2518b9a007f7f6787', 7235, 'superseded', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'failed/late.png', CAST('failed/late.png' AS BLOB), NULL, 'decode', 'ends early: a PNG cut off', 'Copy or scan it again.', 0, NULL, NULL, '2026-11-30T22:36:13.356678Z', '2026-11-30T22:36:31.044910Z'),
(8, 'ticket.png', 'ticket.png', CAST('{home}/inbox/ticket.png' AS BLOB), '0e398cf1d043e3316dd9c9647ebd33cf8e293149eb6a9ea753c22f3b8135bc65', 17950, 'filed', 'ticket', 'ticket', 0.9161546154290591, 0.3627422765555244, 'extra', 0.9592616699280413, 'ticket/ticket-05.png', 1, 'sorted/ticket/ticket.png', CAST('sorted/ticket/ticket.png' AS BLOB), 1, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:29.397069Z', '2026-11-30T22:36:31.071646Z'),
(9, 'late.png', 'late.png', CAST('{home}/inbox/late.png' AS BLOB), 'e208c94eeb88f17f2997c2b18bcae0163fd4b94e7d987341f6382138e68bfbb7', 14471, 'filed', 'ticket', 'ticket', 0.953868120831609, 0.3072842451627255, 'cylinder', 0.9475561121979672, 'ticket/ticket-02.png', 1, 'sorted/ticket/late.png', CAST('sorted/ticket/late.png' AS BLOB), NULL, NULL, NULL, NULL, 0, '72d152b94a924b4e', '3df653d05d29fc10', '2026-11-30T22:36:34.250569Z', '2026-11-30T22:36:46.604602Z');
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
(6, 'GRUTE PUQUAR ENTERPRISE LTD
NO 37 FROTET ROAD
45493 GADIND
TEL 469-1856701
UST-ID DE 444934392
Kasse : 00800
Bon-Nr :12 12
Datum: 14.09.2028 09:52:47
1 Large Battery 1Kg 2,69
1 Fresh Onion 6Pc 3,01
1 Special Tape 250MI 1,24
1 Paint 8,75
1 Premium Noodle 1,53
Netto 17,22
MwSt 20% 3,44
SUMME 20,66
EC-Karte 30,00
Zurueck 9,34
Code % Amount Mwst
A 6 95.40 5.72
B 6 164.64 9.88
Vielen Dank fuer Ihren Einkauf
Auf Wiedersehen
Umtausch nur mit Bon', 'GRUTE PUQUAR ENTERPRISE LTD', NULL, '20.66', NULL, '3.44'),
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
8035329881528', 'VEL GROCER', '2018-03-06', '55.37', NULL, '8.84'),
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
Returns within 30 days', 'PULO CAFE SDN BHD', '2022-07-03', '14.08', NULL, '0.80');
INSERT INTO "heartbeat" VALUES
(1, 24251, '2026-11-30T22:36:34.021671Z', '2026-11-30T22:36:34.050298Z', 1, '0.1.0', 'none', '2026-11-30T22:36:34.049838Z', '');
INSERT INTO "words" VALUES
(1, 1, 1, 1, 1, 1, 'VEL', 0.95613426, 155, 53, 35, 14),
(1, 2, 1, 1, 1, 1, 'GROCER', 0.95613426, 196, 52, 75, 15),
(1, 3, 1, 1, 1, 2, 'NO', 0.9647069500000001, 156, 74, 15, 9),
(1, 4, 1, 1, 1, 2, '29', 0.9327925899999999, 175, 74, 13, 9),
(1, 5, 1, 1, 1, 2, 'WAVAING', 0.9258316000000001, 191, 73, 53, 10),
(1, 6, 1, 1, 1, 2, 'RUE', 0.96234276, 248, 73, 23, 10),
(1, 7, 1, 1, 1, 3, 'QUOMAT', 0.92708687, 172, 89, 49, 11),
(1, 8, 1, 1, 1, 3, 'PARK', 0.96362236, 225, 89, 30, 10),
(1, 9, 1, 1, 1, 4, '65425', 0.9326509900000001, 174, 106, 34, 9),
(1, 10, 1, 1, 1, 4, 'STISTIN', 0.912201, 212, 105, 41, 10),
(1, 11, 1, 1, 1, 5, 'TEL', 0.93016953, 163, 122, 21, 9),
(1, 12, 1, 1, 1, 5, '602-4269591', 0.89579422, 188, 121, 75, 10),
(1, 13, 1, 1, 1, 6, 'Operator', 0.9326194800000001, 64, 186, 49, 11),
(1, 14, 1, 1, 1, 6, ':', 0.9319055199999999, 120, 189, 1, 6),
(1, 15, 1, 1, 1, 6, '07326', 0.95882202, 125, 186, 35, 9),
(1, 16, 1, 1, 1, 7, 'Date', 0.65025604, 65, 202, 25, 9),
(1, 17, 1, 1, 1, 7, ':', 0.62593273, 109, 205, 2, 6),
(1, 18, 1, 1, 1, 7, '06/03/2018', 0.9646946, 115, 201, 68, 11),
(1, 19, 1, 1, 1, 7, '21:14', 0.9695205699999999, 186, 201, 31, 10),
(1, 20, 1, 1, 1, 8, 'Qty', 0.96328362, 64, 234, 19, 11),
(1, 21, 1, 1, 1, 8, 'Description', 0.9665946200000001, 88, 234, 63, 11),
(1, 22, 1, 1, 1, 8, 'Amount', 0.9638954200000001, 317, 234, 44, 9),
(1, 23, 1, 1, 1, 9, '82247300', 0.95730232, 64, 266, 56, 9),
(1, 24, 1, 1, 1, 10, 'PIZZA', 0.9492305799999999, 64, 282, 33, 9),
(1, 25, 1, 1, 1, 10, 'XL', 0.9509412399999999, 100, 282, 15, 9),
(1, 26, 1, 1, 1, 11, '1X', 0.9373962400000001, 71, 298, 16, 9),
(1, 27, 1, 1, 1, 11, '118', 0.88724037, 95, 298, 23, 9),
(1, 28, 1, 1, 1, 11, '1.18', 0.9535125, 339, 298, 23, 9),
(1, 29, 1, 1, 1, 12, '79215543', 0.95343636, 64, 314, 56, 9),
(1, 30, 1, 1, 1, 13, 'GREEN', 0.96781982, 65, 330, 37, 9),
(1, 31, 1, 1, 1, 13, 'FISH', 0.9596910900000001, 106, 330, 24, 9),
(1, 32, 1, 1, 1, 13, '12S', 0.95483963, 135, 330, 20, 9),
(1, 33, 1, 1, 1, 14, '2X', 0.94846886, 71, 346, 17, 9),
(1, 34, 1, 1, 1, 14, '17.49', 0.94846886, 95, 346, 30, 9),
(1, 35, 1, 1, 1, 14, '34.98', 0.96516541, 332, 346, 30, 9),
(1, 36, 1, 1, 1, 15, '52713441', 0.6451728099999999, 65, 362, 55, 9),
(1, 37, 1, 1, 1, 16, 'CLASSIC', 0.9650155599999999, 65, 378, 47, 9),
(1, 38, 1, 1, 1, 16, 'NAIL', 0.8939782, 116, 378, 25, 9),
(1, 39, 1, 1, 1, 16, '1L', 0.7639862100000001, 145, 378, 13, 9),
(1, 40, 1, 1, 1, 17, '5X', 0.94712654, 71, 394, 17, 9),
(1, 41, 1, 1, 1, 17, '0.64', 0.95092232, 94, 394, 24, 9),
(1, 42, 1, 1, 1, 17, '3.20', 0.95441086, 339, 394, 23, 9),
(1, 43, 1, 1, 1, 18, '63397385', 0.96641159, 65, 410, 55, 9),
(1, 44, 1, 1, 1, 19, 'HOT', 0.96553871, 65, 426, 23, 9),
(1, 45, 1, 1, 1, 19, 'APPLE', 0.92682434, 91, 426, 38, 9),
(1, 46, 1, 1, 1, 19, '1KG', 0.80266571, 133, 426, 21, 9),
(1, 47, 1, 1, 1, 20, '1X', 0.95277008, 71, 442, 17, 9),
(1, 48, 1, 1, 1, 20, '7.17', 0.95570923, 95, 442, 23, 9),
(1, 49, 1, 1, 1, 20, '7.17', 0.95392563, 339, 442, 23, 9),
(1, 50, 1, 1, 1, 21, 'Sub-total', 0.9641507, 62, 472, 55, 15),
(1, 51, 1, 1, 1, 21, '46.53', 0.9662042200000001, 331, 474, 31, 9),
(1, 52, 1, 1, 1, 22, 'VAT', 0.9608201599999999, 64, 490, 23, 9),
(1, 53, 1, 1, 1, 22, '19%', 0.9608201599999999, 91, 490, 22, 9),
(1, 54, 1, 1, 1, 22, '8.84', 0.96111198, 338, 490, 24, 9),
(1, 55, 1, 1, 1, 23, 'BALANCE', 0.9641012600000001, 65, 516, 87, 15),
(1, 56, 1, 1, 1, 23, 'DUE', 0.9641012600000001, 159, 517, 37, 14),
(1, 57, 1, 1, 1, 23, '55.37', 0.94861115, 310, 516, 51, 15),
(1, 58, 1, 1, 1, 24, 'CARD', 0.96411896, 62, 536, 34, 15),
(1, 59, 1, 1, 1, 24, '60.00', 0.96055443, 331, 538, 31, 9),
(1, 60, 1, 1, 1, 25, 'CHANGE', 0.96035553, 64, 554, 48, 9),
(1, 61, 1, 1, 1, 25, '4.63', 0.96617889, 338, 554, 24, 9),
(1, 62, 1, 1, 1, 26, 'SEE', 0.95020126, 172, 586, 21, 9),
(1, 63, 1, 1, 1, 26, 'YOU', 0.95020126, 196, 585, 24, 10),
(1, 64, 1, 1, 1, 26, 'SOON', 0.9576001, 224, 585, 31, 10),
(1, 65, 1, 1, 1, 27, '8035329881528', 0.96766266, 168, 601, 91, 10),
(6, 1, 1, 1, 1, 1, 'GRUTE', 0.9185112, 41, 89, 52, 11),
(6, 2, 1, 1, 1, 1, 'PUQUAR', 0.9191265900000001, 99, 88, 64, 13),
(6, 3, 1, 1, 1, 1, 'ENTERPRISE', 0.9646382099999999, 168, 88, 97, 12),
(6, 4, 1, 1, 1, 1, 'LTD', 0.96619492, 270, 88, 28, 12),
(6, 5, 1, 1, 1, 2, 'NO', 0.96253075, 101, 106, 21, 12),
(6, 6, 1, 1, 1, 2, '37', 0.9315475499999999, 127, 106, 15, 12),
(6, 7, 1, 1, 1, 2, 'FROTET', 0.90367737, 147, 106, 50, 12),
(6, 8, 1, 1, 1, 2, 'ROAD', 0.96364609, 202, 106, 38, 12),
(6, 9, 1, 1, 1, 3, '45493', 0.9328795599999999, 120, 124, 40, 12),
(6, 10, 1, 1, 1, 3, 'GADIND', 0.9199166099999999, 164, 124, 56, 12),
(6, 11, 1, 1, 1, 4, 'TEL', 0.9202603899999999, 114, 142, 23, 12),
(6, 12, 1, 1, 1, 4, '469-1856701', 0.9038996899999999, 141, 142, 83, 12),
(6, 13, 1, 1, 1, 5, 'UST-ID', 0.93067612, 99, 160, 46, 12),
(6, 14, 1, 1, 1, 5, 'DE', 0.9696457700000001, 150, 160, 16, 12),
(6, 15, 1, 1, 1, 5, '444934392', 0.96833687, 171, 160, 72, 12),
(6, 16, 1, 1, 1, 6, 'Kasse', 0.69680161, 22, 196, 38, 12),
(6, 17, 1, 1, 1, 6, ':', 0.69680161, 81, 199, 2, 9),
(6, 18, 1, 1, 1, 6, '00800', 0.957742, 88, 196, 40, 12),
(6, 19, 1, 1, 1, 7, 'Bon-Nr', 0.73804733, 22, 214, 47, 12),
(6, 20, 1, 1, 1, 7, ':12', 0.73804733, 87, 214, 23, 12),
(6, 21, 1, 1, 1, 7, '12', 0.9654924800000001, 95, 214, 15, 12),
(6, 22, 1, 1, 1, 8, 'Datum:', 0.9692159300000001, 22, 232, 48, 12),
(6, 23, 1, 1, 1, 8, '14.09.2028', 0.96924362, 77, 232, 70, 12),
(6, 24, 1, 1, 1, 8, '09:52:47', 0.9658589200000001, 263, 232, 56, 12),
(6, 25, 1, 1, 1, 9, '1', 0.95620598, 22, 268, 5, 12),
(6, 26, 1, 1, 1, 9, 'Large', 0.95620598, 34, 268, 36, 16),
(6, 27, 1, 1, 1, 9, 'Battery', 0.933041, 75, 268, 48, 16),
(6, 28, 1, 1, 1, 9, '1Kg', 0.90401276, 127, 268, 24, 17),
(6, 29, 1, 1, 1, 9, '2,69', 0.9587561, 292, 268, 27, 14),
(6, 30, 1, 1, 1, 10, '1', 0.9348039199999999, 22, 286, 4, 12),
(6, 31, 1, 1, 1, 10, 'Fresh', 0.9348039199999999, 34, 285, 35, 13),
(6, 32, 1, 1, 1, 10, 'Onion', 0.92327011, 75, 286, 40, 12),
(6, 33, 1, 1, 1, 10, '6Pc', 0.88432625, 120, 286, 23, 12),
(6, 34, 1, 1, 1, 10, '3,01', 0.96778725, 292, 286, 25, 14),
(6, 35, 1, 1, 1, 11, '1', 0.96334007, 22, 304, 4, 12),
(6, 36, 1, 1, 1, 11, 'Special', 0.96334007, 34, 304, 46, 16),
(6, 37, 1, 1, 1, 11, 'Tape', 0.93251823, 85, 304, 33, 16),
(6, 38, 1, 1, 1, 11, '250MI', 0.7564296, 122, 304, 40, 12),
(6, 39, 1, 1, 1, 11, '1,24', 0.96877953, 292, 304, 28, 14),
(6, 40, 1, 1, 1, 12, '1', 0.94204559, 22, 322, 4, 12),
(6, 41, 1, 1, 1, 12, 'Paint', 0.94204559, 34, 322, 34, 12),
(6, 42, 1, 1, 1, 12, '8,75', 0.91827698, 292, 322, 27, 14),
(6, 43, 1, 1, 1, 13, '1', 0.96597069, 22, 340, 5, 12),
(6, 44, 1, 1, 1, 13, 'Premium', 0.9630701399999999, 34, 340, 62, 12),
(6, 45, 1, 1, 1, 13, 'Noodle', 0.95846558, 102, 340, 49, 12),
(6, 46, 1, 1, 1, 13, '1,53', 0.9659532900000001, 292, 340, 27, 14),
(6, 47, 1, 1, 1, 14, 'Netto', 0.96529503, 22, 373, 36, 21),
(6, 48, 1, 1, 1, 14, '17,22', 0.95846085, 285, 376, 34, 14),
(6, 49, 1, 1, 1, 15, 'MwSt', 0.7552523800000001, 22, 394, 36, 12),
(6, 50, 1, 1, 1, 15, '20%', 0.9673037, 63, 394, 27, 12),
(6, 51, 1, 1, 1, 15, '3,44', 0.9577825900000001, 291, 394, 28, 14),
(6, 52, 1, 1, 1, 16, 'SUMME', 0.92495834, 21, 424, 92, 18),
(6, 53, 1, 1, 1, 16, '20,66', 0.9640506000000001, 245, 423, 73, 21),
(6, 54, 1, 1, 1, 17, 'EC-Karte', 0.91825172, 22, 445, 57, 21),
(6, 55, 1, 1, 1, 17, '30,00', 0.96315781, 284, 448, 35, 14),
(6, 56, 1, 1, 1, 18, 'Zurueck', 0.9144244399999999, 21, 466, 54, 12),
(6, 57, 1, 1, 1, 18, '9,34', 0.9603134900000001, 291, 466, 28, 14),
(6, 58, 1, 1, 1, 19, 'Code', 0.92716949, 21, 502, 35, 12),
(6, 59, 1, 1, 1, 19, '%', 0.92716949, 69, 502, 12, 12),
(6, 60, 1, 1, 1, 19, 'Amount', 0.94858665, 101, 502, 55, 12),
(6, 61, 1, 1, 1, 19, 'Mwst', 0.89881248, 283, 502, 36, 12),
(6, 62, 1, 1, 1, 20, 'A', 0.89060883, 20, 520, 10, 12),
(6, 63, 1, 1, 1, 20, '6', 0.5997000100000001, 55, 520, 7, 12),
(6, 64, 1, 1, 1, 20, '95.40', 0.90343613, 82, 520, 36, 12),
(6, 65, 1, 1, 1, 20, '5.72', 0.96088493, 292, 520, 27, 13),
(6, 66, 1, 1, 1, 21, 'B', 0.93113838, 22, 538, 8, 12),
(6, 67, 1, 1, 1, 21, '6', 0.89723091, 55, 538, 7, 12),
(6, 68, 1, 1, 1, 21, '164.64', 0.92374756, 83, 538, 43, 13),
(6, 69, 1, 1, 1, 21, '9.88', 0.9642935199999999, 292, 538, 27, 12),
(6, 70, 1, 1, 1, 22, 'Vielen', 0.96906189, 67, 574, 41, 12),
(6, 71, 1, 1, 1, 22, 'Dank', 0.9700325, 114, 574, 33, 12),
(6, 72, 1, 1, 1, 22, 'fuer', 0.97015381, 152, 574, 27, 12),
(6, 73, 1, 1, 1, 22, 'Ihren', 0.93234718, 183, 573, 36, 13),
(6, 74, 1, 1, 1, 22, 'Einkauf', 0.9310842100000001, 225, 573, 50, 13),
(6, 75, 1, 1, 1, 23, 'Auf', 0.90645454, 112, 591, 24, 13),
(6, 76, 1, 1, 1, 23, 'Wiedersehen', 0.90645454, 139, 592, 89, 12),
(6, 77, 1, 1, 1, 24, 'Umtausch', 0.92790909, 93, 610, 68, 12),
(6, 78, 1, 1, 1, 24, 'nur', 0.9656544499999999, 167, 613, 23, 9),
(6, 79, 1, 1, 1, 24, 'mit', 0.96668076, 195, 610, 22, 12),
(6, 80, 1, 1, 1, 24, 'Bon', 0.9700679, 222, 610, 25, 12),
(8, 1, 1, 1, 1, 1, 'VEL', 0.95613426, 155, 53, 35, 14),
(8, 2, 1, 1, 1, 1, 'GROCER', 0.95613426, 196, 52, 75, 15),
(8, 3, 1, 1, 1, 2, 'NO', 0.9647069500000001, 156, 74, 15, 9),
(8, 4, 1, 1, 1, 2, '29', 0.9327925899999999, 175, 74, 13, 9),
(8, 5, 1, 1, 1, 2, 'WAVAING', 0.9258316000000001, 191, 73, 53, 10),
(8, 6, 1, 1, 1, 2, 'RUE', 0.96234276, 248, 73, 23, 10),
(8, 7, 1, 1, 1, 3, 'QUOMAT', 0.92708687, 172, 89, 49, 11),
(8, 8, 1, 1, 1, 3, 'PARK', 0.96362236, 225, 89, 30, 10),
(8, 9, 1, 1, 1, 4, '65425', 0.9326509900000001, 174, 106, 34, 9),
(8, 10, 1, 1, 1, 4, 'STISTIN', 0.912201, 212, 105, 41, 10),
(8, 11, 1, 1, 1, 5, 'TEL', 0.93016953, 163, 122, 21, 9),
(8, 12, 1, 1, 1, 5, '602-4269591', 0.89579422, 188, 121, 75, 10),
(8, 13, 1, 1, 1, 6, 'Operator', 0.9326194800000001, 64, 186, 49, 11),
(8, 14, 1, 1, 1, 6, ':', 0.9319055199999999, 120, 189, 1, 6),
(8, 15, 1, 1, 1, 6, '07326', 0.95882202, 125, 186, 35, 9),
(8, 16, 1, 1, 1, 7, 'Date', 0.65025604, 65, 202, 25, 9),
(8, 17, 1, 1, 1, 7, ':', 0.62593273, 109, 205, 2, 6),
(8, 18, 1, 1, 1, 7, '06/03/2018', 0.9646946, 115, 201, 68, 11),
(8, 19, 1, 1, 1, 7, '21:14', 0.9695205699999999, 186, 201, 31, 10),
(8, 20, 1, 1, 1, 8, 'Qty', 0.96328362, 64, 234, 19, 11),
(8, 21, 1, 1, 1, 8, 'Description', 0.9665946200000001, 88, 234, 63, 11),
(8, 22, 1, 1, 1, 8, 'Amount', 0.9638954200000001, 317, 234, 44, 9),
(8, 23, 1, 1, 1, 9, '82247300', 0.95730232, 64, 266, 56, 9),
(8, 24, 1, 1, 1, 10, 'PIZZA', 0.9492305799999999, 64, 282, 33, 9),
(8, 25, 1, 1, 1, 10, 'XL', 0.9509412399999999, 100, 282, 15, 9),
(8, 26, 1, 1, 1, 11, '1X', 0.9373962400000001, 71, 298, 16, 9),
(8, 27, 1, 1, 1, 11, '118', 0.88724037, 95, 298, 23, 9),
(8, 28, 1, 1, 1, 11, '1.18', 0.9535125, 339, 298, 23, 9),
(8, 29, 1, 1, 1, 12, '79215543', 0.95343636, 64, 314, 56, 9),
(8, 30, 1, 1, 1, 13, 'GREEN', 0.96781982, 65, 330, 37, 9),
(8, 31, 1, 1, 1, 13, 'FISH', 0.9596910900000001, 106, 330, 24, 9),
(8, 32, 1, 1, 1, 13, '12S', 0.95483963, 135, 330, 20, 9),
(8, 33, 1, 1, 1, 14, '2X', 0.94846886, 71, 346, 17, 9),
(8, 34, 1, 1, 1, 14, '17.49', 0.94846886, 95, 346, 30, 9),
(8, 35, 1, 1, 1, 14, '34.98', 0.96516541, 332, 346, 30, 9),
(8, 36, 1, 1, 1, 15, '52713441', 0.6451728099999999, 65, 362, 55, 9),
(8, 37, 1, 1, 1, 16, 'CLASSIC', 0.9650155599999999, 65, 378, 47, 9),
(8, 38, 1, 1, 1, 16, 'NAIL', 0.8939782, 116, 378, 25, 9),
(8, 39, 1, 1, 1, 16, '1L', 0.7639862100000001, 145, 378, 13, 9),
(8, 40, 1, 1, 1, 17, '5X', 0.94712654, 71, 394, 17, 9),
(8, 41, 1, 1, 1, 17, '0.64', 0.95092232, 94, 394, 24, 9),
(8, 42, 1, 1, 1, 17, '3.20', 0.95441086, 339, 394, 23, 9),
(8, 43, 1, 1, 1, 18, '63397385', 0.96641159, 65, 410, 55, 9),
(8, 44, 1, 1, 1, 19, 'HOT', 0.96553871, 65, 426, 23, 9),
(8, 45, 1, 1, 1, 19, 'APPLE', 0.92682434, 91, 426, 38, 9),
(8, 46, 1, 1, 1, 19, '1KG', 0.80266571, 133, 426, 21, 9),
(8, 47, 1, 1, 1, 20, '1X', 0.95277008, 71, 442, 17, 9),
(8, 48, 1, 1, 1, 20, '7.17', 0.95570923, 95, 442, 23, 9),
(8, 49, 1, 1, 1, 20, '7.17', 0.95392563, 339, 442, 23, 9),
(8, 50, 1, 1, 1, 21, 'Sub-total', 0.9641507, 62, 472, 55, 15),
(8, 51, 1, 1, 1, 21, '46.53', 0.9662042200000001, 331, 474, 31, 9),
(8, 52, 1, 1, 1, 22, 'VAT', 0.9608201599999999, 64, 490, 23, 9),
(8, 53, 1, 1, 1, 22, '19%', 0.9608201599999999, 91, 490, 22, 9),
(8, 54, 1, 1, 1, 22, '8.84', 0.96111198, 338, 490, 24, 9),
(8, 55, 1, 1, 1, 23, 'BALANCE', 0.9641012600000001, 65, 516, 87, 15),
(8, 56, 1, 1, 1, 23, 'DUE', 0.9641012600000001, 159, 517, 37, 14),
(8, 57, 1, 1, 1, 23, '55.37', 0.94861115, 310, 516, 51, 15),
(8, 58, 1, 1, 1, 24, 'CARD', 0.96411896, 62, 536, 34, 15),
(8, 59, 1, 1, 1, 24, '60.00', 0.96055443, 331, 538, 31, 9),
(8, 60, 1, 1, 1, 25, 'CHANGE', 0.96035553, 64, 554, 48, 9),
(8, 61, 1, 1, 1, 25, '4.63', 0.96617889, 338, 554, 24, 9),
(8, 62, 1, 1, 1, 26, 'SEE', 0.95020126, 172, 586, 21, 9),
(8, 63, 1, 1, 1, 26, 'YOU', 0.95020126, 196, 585, 24, 10),
(8, 64, 1, 1, 1, 26, 'SOON', 0.9576001, 224, 585, 31, 10),
(8, 65, 1, 1, 1, 27, '8035329881528', 0.96766266, 168, 601, 91, 10),
(9, 1, 1, 1, 1, 1, 'PULO', 0.9297377, 70, 33, 35, 9),
(9, 2, 1, 1, 1, 1, 'CAFE', 0.9654418200000001, 115, 32, 34, 10),
(9, 3, 1, 1, 1, 1, 'SDN', 0.96551857, 160, 32, 26, 10),
(9, 4, 1, 1, 1, 1, 'BHD', 0.9654493700000001, 196, 32, 26, 9),
(9, 5, 1, 1, 1, 2, 'NO', 0.96637878, 62, 48, 16, 10),
(9, 6, 1, 1, 1, 2, '170', 0.93291634, 89, 48, 25, 10),
(9, 7, 1, 1, 1, 2, 'GAITRIELO', 0.9238262899999999, 125, 48, 79, 10),
(9, 8, 1, 1, 1, 2, 'RUE', 0.96407928, 215, 48, 24, 10),
(9, 9, 1, 1, 1, 3, 'GRETIEST', 0.91415543, 89, 64, 70, 10),
(9, 10, 1, 1, 1, 3, 'PARK', 0.9690097, 170, 64, 33, 9),
(9, 11, 1, 1, 1, 4, '54919', 0.9328823900000001, 89, 80, 42, 10),
(9, 12, 1, 1, 1, 4, 'VIFRAIRA', 0.89579514, 142, 80, 71, 10),
(9, 13, 1, 1, 1, 5, 'Tax', 0.9529534099999999, 71, 97, 24, 9),
(9, 14, 1, 1, 1, 5, 'ID', 0.95978928, 107, 96, 16, 10),
(9, 15, 1, 1, 1, 5, '12379644566', 0.95978928, 134, 96, 97, 10),
(9, 16, 1, 1, 1, 6, 'Server', 0.95826225, 7, 129, 51, 9),
(9, 17, 1, 1, 1, 6, '58517011', 0.8279525, 215, 128, 69, 10),
(9, 18, 1, 1, 1, 7, 'Register', 0.96517677, 7, 144, 69, 12),
(9, 19, 1, 1, 1, 7, ':', 0.7894222999999999, 100, 148, 2, 5),
(9, 20, 1, 1, 1, 7, '806', 0.96476501, 116, 144, 25, 10),
(9, 21, 1, 1, 1, 8, 'Table', 0.96523926, 8, 160, 42, 10),
(9, 22, 1, 1, 1, 8, ':', 0.85840851, 100, 163, 2, 6),
(9, 23, 1, 1, 1, 8, '67', 0.9441341400000001, 116, 161, 15, 9),
(9, 24, 1, 1, 1, 9, 'Check', 0.9632854500000001, 8, 176, 42, 10),
(9, 25, 1, 1, 1, 9, ':', 0.79173576, 100, 179, 2, 6),
(9, 26, 1, 1, 1, 9, '914372', 0.9637339, 116, 177, 51, 9),
(9, 27, 1, 1, 1, 10, 'Station', 0.95567238, 8, 192, 61, 10),
(9, 28, 1, 1, 1, 10, ':', 0.60319878, 100, 195, 2, 6),
(9, 29, 1, 1, 1, 10, '91909945', 0.9638253, 116, 192, 70, 10),
(9, 30, 1, 1, 1, 11, 'Date', 0.95449341, 8, 209, 33, 9),
(9, 31, 1, 1, 1, 11, ':', 0.76508156, 100, 211, 2, 7),
(9, 32, 1, 1, 1, 11, '2022-07-03', 0.94512245, 116, 208, 88, 10),
(9, 33, 1, 1, 1, 11, '17:32:47', 0.94554878, 215, 208, 69, 10),
(9, 34, 1, 1, 1, 12, 'Qty', 0.96322372, 8, 240, 24, 12),
(9, 35, 1, 1, 1, 12, 'Description', 0.95866524, 44, 240, 96, 12),
(9, 36, 1, 1, 1, 12, 'Amount', 0.96165451, 232, 240, 51, 10),
(9, 37, 1, 1, 1, 13, 'PAINT', 0.9233498400000001, 8, 272, 42, 10),
(9, 38, 1, 1, 1, 13, '6PC', 0.9233498400000001, 62, 273, 25, 9),
(9, 39, 1, 1, 1, 13, '11.07', 0.9587532, 242, 272, 42, 10),
(9, 40, 1, 1, 1, 14, '3', 0.80632713, 35, 289, 7, 9),
(9, 41, 1, 1, 1, 14, 'x', 0.80632713, 54, 291, 5, 6),
(9, 42, 1, 1, 1, 14, '3.69', 0.93820061, 71, 288, 34, 10),
(9, 43, 1, 1, 1, 15, 'ORGANIC', 0.96071281, 7, 304, 62, 10),
(9, 44, 1, 1, 1, 15, 'POTATO', 0.96109612, 80, 304, 52, 10),
(9, 45, 1, 1, 1, 15, '2.21', 0.95787727, 251, 304, 33, 10),
(9, 46, 1, 1, 1, 16, 'Subtotal', 0.95890495, 7, 336, 70, 10),
(9, 47, 1, 1, 1, 16, '13.28', 0.9503318000000001, 242, 336, 43, 10),
(9, 48, 1, 1, 1, 17, 'Tax', 0.9679363999999999, 7, 352, 25, 10),
(9, 49, 1, 1, 1, 17, '0.80', 0.71549377, 251, 352, 34, 10),
(9, 50, 1, 1, 1, 18, 'Total', 0.95975365, 8, 387, 85, 18),
(9, 51, 1, 1, 1, 18, '14.08', 0.9489863599999999, 190, 387, 84, 18),
(9, 52, 1, 1, 1, 19, 'Cash', 0.9624050099999999, 8, 416, 34, 10),
(9, 53, 1, 1, 1, 19, '20.00', 0.95593346, 242, 416, 43, 10),
(9, 54, 1, 1, 1, 20, 'Change', 0.96004013, 8, 432, 51, 12),
(9, 55, 1, 1, 1, 20, '5.92', 0.95554672, 251, 432, 33, 10),
(9, 56, 1, 1, 1, 21, 'Have', 0.96765747, 79, 481, 34, 9),
(9, 57, 1, 1, 1, 21, 'a', 0.96481155, 125, 482, 6, 8),
(9, 58, 1, 1, 1, 21, 'nice', 0.9584362799999999, 143, 480, 33, 10),
(9, 59, 1, 1, 1, 21, 'day', 0.9584362799999999, 188, 481, 24, 11),
(9, 60, 1, 1, 1, 22, 'Please', 0.96716537, 71, 496, 51, 10),
(9, 61, 1, 1, 1, 22, 'come', 0.9589935300000001, 134, 498, 33, 8),
(9, 62, 1, 1, 1, 22, 'again', 0.9589935300000001, 179, 496, 42, 12),
(9, 63, 1, 1, 1, 23, 'Returns', 0.96030273, 53, 513, 60, 9),
(9, 64, 1, 1, 1, 23, 'within', 0.96682495, 125, 512, 51, 10),
(9, 65, 1, 1, 1, 23, '30', 0.9650604199999999, 188, 512, 16, 9),
(9, 66, 1, 1, 1, 23, 'days', 0.9672759200000001, 215, 512, 33, 12);
INSERT INTO "fields" VALUES
(1, 'tax', '8.84', 0.673, 1, 338, 490, 24, 9),
(1, 'ticket_date', '2018-03-06', 0.772, 1, 115, 201, 68, 11),
(1, 'total', '55.37', 0.949, 1, 310, 516, 51, 15),
(1, 'vendor', 'VEL GROCER', 0.704, 1, 155, 52, 116, 15),
(6, 'tax', '3.44', 0.67, 1, 291, 394, 28, 14),
(6, 'total', '20.66', 0.964, 1, 245, 423, 73, 21),
(6, 'vendor', 'GRUTE PUQUAR ENTERPRISE LTD', 0.785, 1, 41, 88, 257, 13),
(8, 'tax', '8.84', 0.673, 1, 338, 490, 24, 9),
(8, 'ticket_date', '2018-03-06', 0.772, 1, 115, 201, 68, 11),
(8, 'total', '55.37', 0.949, 1, 310, 516, 51, 15),
(8, 'vendor', 'VEL GROCER', 0.704, 1, 155, 52, 116, 15),
(9, 'tax', '0.80', 0.501, 1, 251, 352, 34, 10),
(9, 'ticket_date', '2022-07-03', 0.945, 1, 116, 208, 88, 10),
(9, 'total', '14.08', 0.949, 1, 190, 387, 84, 18),
(9, 'vendor', 'PULO CAFE SDN BHD', 0.965, 1, 70, 32, 152, 10);
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" VALUES
('scans', 9);
CREATE INDEX ix_scans_sha256 ON scans (sha256);
CREATE INDEX ix_scans_received_at ON scans (received_at);
CREATE INDEX ix_scans_state ON scans (state);
CREATE INDEX ix_scans_class_name ON scans (class_name);
CREATE INDEX ix_scans_open_source ON scans (source) WHERE state IN ('queued', 'working');
CREATE VIRTUAL TABLE text_search USING fts5(text, content='readings', content_rowid='scan_id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER readings_added AFTER INSERT ON readings BEGIN INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE TRIGGER readings_removed AFTER DELETE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); END;
CREATE TRIGGER readings_changed AFTER UPDATE ON readings BEGIN INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text); INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text); END;
CREATE VIEW results AS SELECT scans.id AS "scan_id", scans.original_name AS "original_name", scans.inbox_path AS "inbox_path", scans.sha256 AS "sha256", scans.state AS "state", scans.class_name AS "class", scans.nearest_class AS "nearest_class", scans.score AS "score", scans.distance AS "distance", scans.runner_up AS "runner_up", scans.nearest_support AS "nearest_support", scans.pages AS "pages", readings.text AS "text", readings.vendor AS "vendor", readings.ticket_date AS "ticket_date", readings.total AS "total", readings.currency AS "currency", readings.tax AS "tax", scans.destination AS "destination", scans.duplicate_of AS "duplicate_of", scans.error AS "error", scans.attempts AS "attempts", scans.branch_id AS "branch_id", scans.index_id AS "index_id", scans.received_at AS "received_at", scans.finished_at AS "finished_at" FROM scans LEFT JOIN readings ON readings.scan_id = scans.id;
INSERT INTO text_search(text_search) VALUES ('rebuild');
