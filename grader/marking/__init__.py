"""The marking core: from answers to verdicts, credits and codes of what is to be said."""
