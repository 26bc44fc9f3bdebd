"""What the cases of compare.py share."""
