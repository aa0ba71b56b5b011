"""What people do in the folders of classes: followed, and learned from."""
