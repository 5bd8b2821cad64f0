"""The pictures of a class report: what its statistics look like.

Nothing rests on colour: kinds of bars differ in tint and hatching, and their values stand
beside them.
"""
