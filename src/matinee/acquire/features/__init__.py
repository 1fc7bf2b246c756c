"""What is known of a title before its decision date, as numbers and text."""
