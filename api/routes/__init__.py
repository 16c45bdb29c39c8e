"""The JSON and CSV routes; `docs/api.md` names every one of them."""
