"""Reports as plain data: documents of paragraphs and tables, rows and features; nothing here prints."""
