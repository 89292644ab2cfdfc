"""What is known of a plan before any frame: where columns come from, and which are read downstream."""
