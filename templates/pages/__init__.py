"""Pages before any medium, and the media: HTML, Markdown, XHTML for platforms."""
