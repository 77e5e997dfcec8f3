"""The page around the text, and how the text is set: mathematics, figures, fonts, style, search."""
