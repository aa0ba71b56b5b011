"""Tickets: what is written on a page, and which of it is the vendor, the date, the total."""
