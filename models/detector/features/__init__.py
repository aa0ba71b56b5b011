"""What is seen of a picture: three spaces, each tried on the same pictures."""
