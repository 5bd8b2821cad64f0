"""A whole class at once: the same verdicts as for one submission, on columns.

    roll       exercises.jsonl as columns, in parts
    survey     a table of answers cut into ranges of whole rows
    rows       a range as columns of text
    sorting    rows find their exercises and are laid beside those of the same part
    readings   every distinct text read once, by the reader of single answers
    marking    a part of the class judged: `grader.marking.sign_conventions.judge` on arrays
    results    gradebook, steps and problems as files
    run        all of it, on one core, on several, on a cluster

What is out of the ordinary (a step answered twice, an unknown label, an array in a cell) goes
through the reader of single files and joins the others before it is judged.
"""
