"""Tables of answers: CSV and workbooks."""
