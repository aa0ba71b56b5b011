"""What turns features into one number, and that number into a probability."""
