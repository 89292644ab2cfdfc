"""Messages as pure values: templates, and who may get one."""
