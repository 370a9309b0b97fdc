"""How many calls fit: the rules of throttles and quotas, over numbers that others keep."""
