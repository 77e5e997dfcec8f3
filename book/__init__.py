"""How chapters become pages, notebooks and downloads."""
