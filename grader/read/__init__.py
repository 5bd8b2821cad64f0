"""Reading what students hand in: files, tables, numbers."""
