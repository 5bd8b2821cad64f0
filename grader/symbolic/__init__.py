"""Computer algebra that users meet: closed forms of steps, and an independent derivation.

Loaded by `solve --symbolic` and `verify` alone; nothing that a student wrote comes here.
"""
