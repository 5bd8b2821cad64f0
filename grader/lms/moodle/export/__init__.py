"""Questions of Moodle: cloze, and the plugin qtype_formulas."""
