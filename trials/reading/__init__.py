"""How the pages load, beside a stock Jupyter Book: ``make measure``."""
