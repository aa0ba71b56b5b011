"""What is done with tickets beside filing them: read after all, outputs made and cleared."""
