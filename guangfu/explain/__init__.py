"""Why a figure is what it is: from a fen back to meter registers, rules and documents, as one tree.

`guangfu.explain.subjects` makes it for a station, a village, a household or a person; `guangfu.explain.lines` writes
it as text. The command prints it, the API answers it as JSON, the pages draw it.
"""
