"""Sentences of reasons, made at the very end; one module a subject."""
