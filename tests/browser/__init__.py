"""JupyterLab in a browser, as a person sees it."""
