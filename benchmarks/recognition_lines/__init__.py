"""The lines of the recognition target, each measured on images that were not trained on."""
