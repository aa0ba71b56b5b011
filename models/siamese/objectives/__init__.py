"""What the branch is asked for while it learns: one objective a module."""
