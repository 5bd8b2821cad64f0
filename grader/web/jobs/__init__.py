"""Long work outside requests: jobs in the database, made one after the other by each server.

models      the job
queue       asked for, claimed by one worker, told on, ended, given back
worker      a thread of the server: claims a job and has a process of its own make it
run         that process
kinds       what can be made
files       where results lie, for a day
starting    from a request: at once for a small class, else a job and its page
pages       progress, cancel, result
"""
