"""A commission with everything beneath it as one JSON file: read, previewed, brought in, written.

`docs/dossier.md` says what stands in it; `docs/dossier.schema.json` is its schema.
"""
