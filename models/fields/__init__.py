"""What a ticket says: vendor, date, total, currency and tax, out of the words that were read."""
