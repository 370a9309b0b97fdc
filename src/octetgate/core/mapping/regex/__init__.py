"""Java regular expressions: read into a tree, written for the engines that match them."""
