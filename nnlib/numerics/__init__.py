"""How the operations compute: dtypes and shapes, and what is fast and neither overflows nor cancels; and tables.

Nothing here knows of derivatives; it needs NumPy alone.
"""
