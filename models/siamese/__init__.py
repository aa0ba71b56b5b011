"""The Siamese network: one branch, its two towers, its objective, its weights."""
