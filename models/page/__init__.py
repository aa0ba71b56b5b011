"""From a file to upright pixels, and from pixels to the branch's input."""
