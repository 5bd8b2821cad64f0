"""The service in the browser: students work, teachers see the class.

settings    Django's settings, from the environment that `bpgrade serve` sets
models      what is stored
keeping     acknowledged means stored: submissions, once each
grading     stored submissions judged in a process of their own
accounts    passwords, personal links, tokens
rights      who may see what; what one may not see does not exist
teacher/    pages of teachers and assistants
student/    pages of students
api/        the REST interface
"""
