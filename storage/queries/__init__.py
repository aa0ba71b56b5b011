"""What the ledger answers: scans, their full text, and figures over many."""
