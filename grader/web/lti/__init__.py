"""LTI 1.3 Advantage: launches from a learning platform, its class list, grades sent back to it.

registering   a platform makes itself known (dynamic registration), or an administrator does
keys          our own key pair; key sets and tokens of platforms
launching     login, launch: who comes from where, checked before anything is believed
arriving      a checked launch becomes an account, a place in a course, a page
enrolling     the account and the part in the course; a class list that was there before
joining       a course that was there before becomes that of a platform's course
rolling       the class list as the platform has it
framing       who may show pages in a frame, and cookies that survive there
choosing      deep linking: a teacher picks or creates an assignment inside the platform
services      names and roles, line items, scores
grades        what a platform is told of a student's work
outbox        grades leave by rows written with the results
postman       sends them, until the platform has them
calling       every call to a platform, within limits
doctor        why launches or grades fail
"""
