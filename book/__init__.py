"""How chapters become pages."""
