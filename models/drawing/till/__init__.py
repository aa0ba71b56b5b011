"""What a till prints and how."""
