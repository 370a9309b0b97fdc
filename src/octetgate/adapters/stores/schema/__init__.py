"""What the database looks like, and how an older one becomes that.

``tables`` says what it looks like now, ``versions`` holds one Alembic migration per step,
``migrations`` decides what a given database needs.  A change to the tables is made in ``tables``
and in a new file in ``versions``; a test holds the two equal.
"""
