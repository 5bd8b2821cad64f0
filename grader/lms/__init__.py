"""Learning platforms: their files, their interfaces, and what of a graded class they get.

received   what somebody handed in on a platform, bound to who they are there
outcome    what the platform learns of a student: points, a comment, pages
"""
