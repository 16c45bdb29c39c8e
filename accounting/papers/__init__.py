"""The papers of finance: statements, notices, transfer forms, cover sheets, as Excel and PDF, from what is in SQL."""
