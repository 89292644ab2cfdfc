"""Live views of campaigns in a notebook: a canvas, panels, and the path on which updates reach them."""
