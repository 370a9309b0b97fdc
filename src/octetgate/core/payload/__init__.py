"""What happens to a payload's bytes: the decision (convert) and its carrying out (codecs)."""
