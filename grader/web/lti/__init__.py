"""LTI 1.3 Advantage: launches from a learning platform, its class list, grades sent back to it.

registration    a platform makes itself known (dynamic registration), or an administrator does
keys            our own key pair; key sets of platforms
launch          login, launch: who comes from where, checked before anything is believed
provisioning    a checked launch becomes an account, a place in a course, a page
enrollment      the account and the part in the course; a class list that was there before
course_linking  a course that was there before becomes that of a platform's course
roster_sync     the class list as the platform has it; `fetching` asks for it
embedding       who may show pages in a frame, and cookies that survive there
deep_linking    a teacher picks or creates an assignment inside the platform
access_tokens   tokens for a platform's services
ags, nrps       line items, scores, results; names and roles
outcomes        what came of a call
grades          what a platform is told of a student's work
outbox          grades leave by rows written with the results
grade_sender    sends them, until the platform has them
doctor          why launches or grades fail
"""
