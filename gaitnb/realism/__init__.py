"""How far the virtual lab is from real people: every comparison as a table of the same columns.

    python -m gaitnb.realism       compare again with the recordings at hand, and store the tables

What stands in the tables, see `gaitnb.realism.table`.
"""
