"""How the operations compute: dtypes and shapes, and the loops that are fast and neither overflow nor cancel.

Nothing here knows of derivatives; it needs NumPy alone.
"""
