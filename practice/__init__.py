"""Practice: problems with drawn numbers, whose wrong answers have names.

One file a chapter holds its problems, each a function that draws one variant. Beside them: `problem` (what a problem is),
`draw` (numbers), `answers` (kinds of answers), `reading` (how typed text becomes a value), `judging` (what a reader is
told), `text` (how numbers are said). It may use whatever a reader may import from nnlib, and nothing of the book.
"""
