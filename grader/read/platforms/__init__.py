"""Texts that learning platforms make of answers: quiz responses, text fields, receipts."""
